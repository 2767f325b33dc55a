// A Pod v1 object, read into what the pages show. Words and order are kubectl's.
import { flag, list, number, type Obj, object, text } from "./read";

/** What a member is to its pod; "" is what the pod is for. */
export type Role = "" | "init" | "sidecar" | "debug";

export interface MemberFacts {
  readonly name: string;
  readonly role: Role;
  readonly image: string;
  readonly state: "waiting" | "running" | "terminated";
  readonly reason: string;
  readonly message: string;
  readonly exitCode: number | null;
  readonly startedAt: string;
  readonly ready: boolean;
  readonly restarts: number;
}

/** A port that the machine listens on for the pod. */
export interface HostPort {
  readonly member: string;
  readonly containerPort: number;
  readonly hostPort: number;
  readonly protocol: string;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface PodFacts {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly createdAt: string;
  readonly deletedAt: string;
  /** When it ends by itself, and how far that can be put off; "" for one that does not end. */
  readonly expiresAt: string;
  readonly extendableUntil: string;
  /** After so many seconds without use it is stopped; 0: never. */
  readonly idleSeconds: number;
  readonly phase: string;
  readonly reason: string;
  readonly message: string;
  readonly podIP: string;
  readonly hostname: string;
  readonly nodeName: string;
  readonly sharesProcesses: boolean;
  readonly graceSeconds: number;
  readonly members: readonly MemberFacts[];
  readonly conditions: readonly Condition[];
  readonly hostPorts: readonly HostPort[];
}

export interface EventFacts {
  readonly uid: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly about: string;
  readonly count: number;
  readonly lastSeen: string;
}

function stateOf(status: Obj): { name: MemberFacts["state"]; body: Obj } {
  const state = object(status, "state");
  for (const name of ["running", "terminated"] as const) {
    if (name in state) return { name, body: object(state, name) };
  }
  // What has no state yet waits: that is Kubernetes' default.
  return { name: "waiting", body: object(state, "waiting") };
}

/** The lists of a spec that members stand in, in the order of their start. */
const LISTS = [
  { spec: "initContainers", status: "initContainerStatuses", role: "init" },
  { spec: "containers", status: "containerStatuses", role: "" },
  { spec: "ephemeralContainers", status: "ephemeralContainerStatuses", role: "debug" },
] as const;

function readMembers(spec: Obj, status: Obj): readonly MemberFacts[] {
  return LISTS.flatMap((each) =>
    list(spec, each.spec).map((container) => readMember(container, list(status, each.status), each.role)),
  );
}

function readMember(container: Obj, statuses: readonly Obj[], role: Role): MemberFacts {
  const name = text(container, "name");
  const status = statuses.find((each) => text(each, "name") === name) ?? {};
  const { name: state, body } = stateOf(status);
  const stays = role === "init" && text(container, "restartPolicy") === "Always";
  return {
    name,
    role: stays ? "sidecar" : role,
    image: text(container, "image"),
    state,
    reason: text(body, "reason"),
    message: text(body, "message"),
    exitCode: number(body, "exitCode"),
    startedAt: text(body, "startedAt"),
    ready: flag(status, "ready"),
    restarts: number(status, "restartCount") ?? 0,
  };
}

function readHostPorts(container: Obj): readonly HostPort[] {
  return list(container, "ports")
    .map((port) => ({
      member: text(container, "name"),
      containerPort: number(port, "containerPort") ?? 0,
      hostPort: number(port, "hostPort") ?? 0,
      protocol: text(port, "protocol") || "TCP",
    }))
    .filter((port) => port.hostPort > 0);
}

function readCondition(condition: Obj): Condition {
  return {
    type: text(condition, "type"),
    status: text(condition, "status"),
    reason: text(condition, "reason"),
    message: text(condition, "message"),
  };
}

export function readPod(pod: Obj): PodFacts {
  const metadata = object(pod, "metadata");
  const spec = object(pod, "spec");
  const status = object(pod, "status");
  const notes = object(metadata, "annotations");
  const name = text(metadata, "name");
  return {
    uid: text(metadata, "uid"),
    namespace: text(metadata, "namespace"),
    name,
    createdAt: text(metadata, "creationTimestamp"),
    deletedAt: text(metadata, "deletionTimestamp"),
    expiresAt: text(notes, "playground/expires-at"),
    extendableUntil: text(notes, "playground/extendable-until"),
    idleSeconds: Number(text(notes, "playground/idle-seconds")) || 0,
    phase: text(status, "phase") || "Pending",
    reason: text(status, "reason"),
    message: text(status, "message"),
    podIP: text(status, "podIP"),
    hostname: text(spec, "hostname") || name,
    nodeName: text(spec, "nodeName"),
    sharesProcesses: flag(spec, "shareProcessNamespace"),
    graceSeconds: number(metadata, "deletionGracePeriodSeconds") ?? number(spec, "terminationGracePeriodSeconds") ?? 30,
    members: readMembers(spec, status),
    conditions: list(status, "conditions").map(readCondition),
    hostPorts: list(spec, "containers").flatMap(readHostPorts),
  };
}

export function readEvent(event: Obj): EventFacts {
  return {
    uid: text(object(event, "metadata"), "uid"),
    type: text(event, "type"),
    reason: text(event, "reason"),
    message: text(event, "message"),
    about: text(object(event, "involvedObject"), "fieldPath"),
    count: number(event, "count") ?? 1,
    lastSeen: text(event, "lastTimestamp") || text(event, "eventTime"),
  };
}

/** By somebody, or because nobody used it or its start hung. */
const STOPPED: ReadonlySet<string> = new Set(["Stopped", "Idle", "NeverUsed", "StartDeadlineExceeded"]);

export function isStopped(pod: Pick<PodFacts, "reason">): boolean {
  return STOPPED.has(pod.reason);
}

/** The phase; Terminating once it was deleted, and Stopped while it is to be: its phase stays what it was last. */
export function phaseWord(pod: PodFacts): string {
  if (pod.deletedAt) return "Terminating";
  return isStopped(pod) ? "Stopped" : pod.phase;
}

// What a member waits for when all is well.
const USUAL = new Set(["", "ContainerCreating", "PodInitializing", "Completed"]);

/** Members that want attention: what keeps one from starting, or how one ended badly. */
export function troubled(pod: PodFacts): readonly MemberFacts[] {
  return pod.members.filter((member) => {
    if (USUAL.has(member.reason)) return false;
    return member.state === "waiting" || (member.state === "terminated" && !pod.deletedAt);
  });
}
