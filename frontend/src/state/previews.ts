// Which ports of a pod can be looked at in the browser, and what is known of who listens there.
import type { NetworkView, Socket } from "../api/wire";
import { list, number, type Obj, object, text } from "./read";
import { visible } from "./text";

export interface PreviewPort {
  readonly port: number;
  /** Who listens: members with their programs, each once; empty for nobody. */
  readonly listeners: readonly string[];
  /** Only the pod's own processes reach it. */
  readonly isInside: boolean;
}

const LISTS = ["initContainers", "containers"] as const;

// Docker's resolver, which the engine holds in every pod's namespace and nobody in the pod does.
const RESOLVER = "127.0.0.11";

/** The TCP ports that the spec names, and those that a process listens on, by number. */
export function previewPorts(pod: Obj, network: NetworkView | null | undefined): readonly PreviewPort[] {
  const listening = network?.sockets.filter(isOfPod) ?? [];
  const ports = new Set([...named(pod), ...listening.map((socket) => socket.localPort)]);
  return [...ports]
    .sort((a, b) => a - b)
    .map((port) => {
      const sockets = listening.filter((socket) => socket.localPort === port);
      return { port, listeners: listeners(sockets), isInside: sockets.length > 0 && sockets.every(isInside) };
    });
}

function isOfPod({ state, localAddress }: Socket): boolean {
  return state === "LISTEN" && localAddress !== RESOLVER;
}

function named(pod: Obj): readonly number[] {
  const spec = object(pod, "spec");
  return LISTS.flatMap((key) => list(spec, key))
    .flatMap((container) => list(container, "ports"))
    .filter((port) => (text(port, "protocol") || "TCP") === "TCP")
    .map((port) => number(port, "containerPort") ?? 0)
    .filter((port) => port > 0);
}

function listeners(sockets: readonly Socket[]): readonly string[] {
  const owners = sockets.flatMap((socket) => socket.owners);
  return [...new Set(owners.map((owner) => `${owner.member || "pause"}: ${visible(owner.cmd)}`))];
}

function isInside({ localAddress }: Socket): boolean {
  return localAddress === "::1" || /^(::ffff:)?127\./.test(localAddress);
}

/** What stands beside a port. */
export function listenWords({ port, listeners: who, isInside }: PreviewPort): string {
  if (isInside) return `on 127.0.0.1 only, so a preview cannot reach it: let it listen on 0.0.0.0:${port}`;
  return who.length > 0 ? who.join(", ") : "nobody listens yet";
}
