// What a pod will be, as far as its spec says: for the picture, the sentences under it, and the table of the same.
import type { Form, Member } from "./form";
import { portsOf } from "./ports";
import { listed, visible } from "./text";

export interface MemberToBe {
  readonly id: number;
  readonly name: string;
  readonly image: string;
  /** "80", "53/UDP": what it says that it listens on. */
  readonly listens: readonly string[];
  /** Variables that name a port on the loopback, which is the pod's. */
  readonly calls: readonly Call[];
}

export interface Call {
  readonly port: string;
  readonly variable: string;
}

export interface Published {
  readonly id: number;
  readonly hostPort: string;
  readonly containerPort: string;
  readonly protocol: string;
  readonly member: string;
  readonly memberId: number;
}

export interface PodToBe {
  readonly name: string;
  readonly hostname: string;
  readonly sharesProcesses: boolean;
  readonly members: readonly MemberToBe[];
  readonly published: readonly Published[];
}

// As the service cuts it: a hostname has at most 63 characters.
const LONGEST_HOSTNAME = 63;

export function podToBe(form: Form): PodToBe {
  const ports = portsOf(form);
  const name = visible(form.name);
  return {
    name: name || "no name yet",
    hostname: visible(form.hostname) || name.slice(0, LONGEST_HOSTNAME).replace(/[-.]+$/, "") || "the pod's name",
    sharesProcesses: form.sharesProcesses,
    members: form.members.map((member, index) => ({
      id: member.id,
      name: visible(member.name) || `member ${index + 1}`,
      image: visible(member.image) || "no image yet",
      listens: ports
        .filter((port) => port.memberId === member.id)
        .map((port) => (port.protocol === "TCP" ? port.containerPort : `${port.containerPort}/${port.protocol}`)),
      calls: callsOf(member),
    })),
    published: ports.filter((port) => port.hostPort !== ""),
  };
}

const LOOPBACK = /(?:^|[^\d.\w])(?:127\.0\.0\.1|localhost):(\d{1,5})\b/;

function callsOf(member: Member): readonly Call[] {
  return member.env.flatMap(({ name, value }) => {
    const port = LOOPBACK.exec(value)?.[1];
    return port === undefined ? [] : [{ port, variable: visible(name) }];
  });
}

/** What they have in common, and what each has for itself. */
function onSharing(pod: PodToBe): string {
  const names = listed(pod.members.map((member) => member.name));
  if (pod.members.length === 0) {
    return "No member yet: pause alone would hold the namespaces, and nothing would run in them.";
  }
  if (pod.members.length === 1) {
    const first = pod.sharesProcesses ? "/pause is PID 1 for it" : "its first process is PID 1";
    return `${names} joins the network namespace that pause holds: the address is the pod's. In it, ${first}.`;
  }
  return pod.sharesProcesses
    ? `${names} share one network namespace and one process tree, where /pause is PID 1 and reaps orphans.`
    : `${names} share one network namespace, yet none sees another's processes: in each, its first one is PID 1.`;
}

function onLoopback(pod: PodToBe): readonly string[] {
  if (pod.members.length < 2) return [];
  const called = pod.members.flatMap((member) =>
    member.calls.map(
      ({ port, variable }) =>
        `${variable} sends ${member.name} to 127.0.0.1:${port}: the loopback is the pod's, so another member can listen there.`,
    ),
  );
  if (called.length > 0) return called.slice(0, 1);
  const member = pod.members.find((each) => each.listens.length > 0);
  if (!member) return [];
  const others = pod.members.filter((other) => other !== member).map((other) => other.name);
  const reach = others.length > 1 ? "reach" : "reaches";
  return [
    `${listed(others)} ${reach} ${member.name} at 127.0.0.1:${member.listens[0]} if ${member.name} listens there.`,
  ];
}

function onPublished(pod: PodToBe): readonly string[] {
  if (pod.published.length === 0) return [];
  const each = pod.published.map(
    (port) => `host port ${port.hostPort} leads to port ${port.containerPort} of ${port.member}`,
  );
  return [`Published by pause: ${listed(each)}.`];
}

/** What follows from the spec, and nothing else: two or three sentences. */
export function sentencesOn(pod: PodToBe): readonly string[] {
  return [onSharing(pod), ...onLoopback(pod), ...onPublished(pod)];
}

export interface Row {
  readonly member: string;
  readonly what: string;
  readonly processes: string;
  readonly network: string;
  readonly ports: string;
}

/** The picture's facts, one row a container; pause is member "". */
export function rowsOf(pod: PodToBe): readonly Row[] {
  const pause: Row = {
    member: "",
    what: "the node's own",
    processes: pod.sharesProcesses ? "holds them, PID 1" : "its own",
    network: "holds it",
    ports: listed(pod.published.map((port) => `publishes ${port.hostPort} → ${port.containerPort}`)),
  };
  const members = pod.members.map((member) => ({
    member: member.name,
    what: member.image,
    processes: pod.sharesProcesses ? "pause's" : "its own",
    network: "pause's",
    ports: member.listens.length > 0 ? `listens on ${listed(member.listens)}` : "",
  }));
  return [pause, ...members];
}
