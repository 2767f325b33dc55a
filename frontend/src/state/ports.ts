// The ports of a pod to be: they belong to the pod, whichever member says that it listens on one.
import type { Form } from "./form";
import { counted, listed } from "./text";

export interface PodPort {
  readonly id: number;
  readonly member: string;
  readonly memberId: number;
  readonly containerPort: string;
  readonly protocol: string;
  readonly hostPort: string;
}

/** Every port that some member says, in the members' order. */
export function portsOf(form: Form): readonly PodPort[] {
  return form.members.flatMap((member, index) =>
    member.ports
      .filter((port) => port.containerPort !== "")
      .map((port) => ({
        ...port,
        member: member.name || `member ${index + 1}`,
        memberId: member.id,
        protocol: port.protocol || "TCP",
      })),
  );
}

/** Two members on one port: Kubernetes takes it, the kernel refuses the second. Each as a sentence. */
export function clashes(form: Form): readonly string[] {
  const holders = new Map<string, Map<number, string>>();
  for (const port of portsOf(form)) {
    const key = `${port.containerPort.trim()}/${port.protocol}`;
    const members = holders.get(key) ?? new Map<number, string>();
    holders.set(key, members.set(port.memberId, port.member));
  }
  return [...holders]
    .filter(([, members]) => members.size > 1)
    .map(([port, members]) => {
      const names = [...members.values()];
      const late = counted(names.length - 1, "other");
      return `${listed(names)} say that they listen on ${port}. They share one network namespace: one of them gets the port, the ${late} cannot bind it.`;
    });
}

const FIRST = 8080;

/** The first host port from 8080 on that neither this form nor a pod that is there has. */
export function freeHostPort(form: Form, taken: readonly number[]): number {
  const used = new Set<number>(taken);
  for (const member of form.members) {
    for (const port of member.ports) used.add(Number(port.hostPort));
  }
  let port = FIRST;
  while (used.has(port)) port += 1;
  return port;
}
