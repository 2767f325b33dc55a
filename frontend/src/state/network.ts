// What is true of this pod's sockets and published ports, in sentences, and how sockets are ordered.
import type { NetworkView, PublishedPort, Socket } from "../api/wire";
import { called } from "./namespaces";
import { listed } from "./text";

export function endpoint(address: string, port: number): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return `${host}:${port === 0 ? "*" : port}`;
}

/** A datagram socket without a peer waits for anyone, as a listening one does. */
export function isListening(socket: Socket): boolean {
  return socket.state === "LISTEN" || (socket.state === "UNCONN" && socket.remotePort === 0);
}

/** Listening first, then by port and peer: rows keep their place from sample to sample. */
export function ordered(sockets: readonly Socket[]): readonly Socket[] {
  return [...sockets].sort(
    (a, b) =>
      Number(isListening(b)) - Number(isListening(a)) ||
      a.localPort - b.localPort ||
      a.protocol.localeCompare(b.protocol) ||
      a.remotePort - b.remotePort ||
      a.inode - b.inode,
  );
}

/** One socket, or several closed ones that wait out the same service: a row of the table. */
export type SocketRow =
  | { readonly key: string; readonly kind: "one"; readonly socket: Socket }
  | {
      readonly key: string;
      readonly kind: "many";
      readonly protocol: string;
      readonly local: string;
      readonly peer: string;
      readonly sockets: readonly Socket[];
    };

// A closed socket (TIME-WAIT) has no inode; its two ends tell it from others.
function keyOf(socket: Socket): string {
  const { protocol, inode, localAddress, localPort, remoteAddress, remotePort } = socket;
  return `${protocol} ${inode} ${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}

/** The end that served: where somebody listens, or else the lower port; clients get high ones. */
function served(socket: Socket, listening: ReadonlySet<number>): "local" | "peer" {
  if (listening.has(socket.localPort) !== listening.has(socket.remotePort)) {
    return listening.has(socket.localPort) ? "local" : "peer";
  }
  return socket.localPort < socket.remotePort ? "local" : "peer";
}

/** Rows in order; sockets in TIME-WAIT are one row a protocol and service, as every short connection leaves one. */
export function socketRows(sockets: readonly Socket[]): readonly SocketRow[] {
  const listening = new Set(sockets.filter(isListening).map((socket) => socket.localPort));
  const rows: SocketRow[] = [];
  const waiting = new Map<string, Socket[]>();
  for (const socket of ordered(sockets)) {
    if (socket.state !== "TIME-WAIT") {
      rows.push({ key: keyOf(socket), kind: "one", socket });
      continue;
    }
    const end = served(socket, listening);
    const where = end === "local" ? localEnd(socket) : peerEnd(socket);
    const key = `${socket.protocol} ${end} ${where}`;
    waiting.set(key, [...(waiting.get(key) ?? []), socket]);
  }
  return [...rows, ...[...waiting].map(([key, group]) => grouped(key, group, listening))];
}

function grouped(key: string, sockets: readonly Socket[], listening: ReadonlySet<number>): SocketRow {
  const [first] = sockets;
  if (first && sockets.length === 1) return { key: keyOf(first), kind: "one", socket: first };
  const isLocal = first !== undefined && served(first, listening) === "local";
  return {
    key,
    kind: "many",
    protocol: first?.protocol ?? "",
    local: first && isLocal ? localEnd(first) : "",
    peer: first && !isLocal ? peerEnd(first) : "",
    sockets,
  };
}

export function localEnd(socket: Socket): string {
  return endpoint(socket.localAddress, socket.localPort);
}

export function peerEnd(socket: Socket): string {
  return isListening(socket) ? "" : endpoint(socket.remoteAddress, socket.remotePort);
}

/** The pod's own address, as a sentence names it; "" while it has none. */
export function podAddress(view: NetworkView): string {
  const found = view.interfaces
    .flatMap((each) => each.addresses)
    .find((each) => each.family === "inet" && !isLoopback(each.address));
  return found?.address ?? "";
}

export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1" || address.startsWith("::ffff:127.");
}

// https://docs.docker.com/engine/network/#dns-services
const DOCKER_DNS = "127.0.0.11";

function owners(sockets: readonly Socket[]): string {
  return listed([...new Set(sockets.flatMap((socket) => socket.owners.map((owner) => called(owner.member))))]);
}

function listeners(view: NetworkView, port: PublishedPort): readonly Socket[] {
  return view.sockets.filter(
    (socket) =>
      isListening(socket) &&
      socket.localPort === port.containerPort &&
      socket.protocol.startsWith(port.protocol.toLowerCase()),
  );
}

function onPublished(view: NetworkView, port: PublishedPort, isEnding: boolean): string {
  const found = listeners(view, port);
  const way = `Port ${port.hostPort} of the host leads to ${port.containerPort} of the pod`;
  if (found.length === 0) return `${way}, where nothing listens ${isEnding ? "any more" : "yet"}.`;
  const who = owners(found) || "a process";
  if (found.every((socket) => isLoopback(socket.localAddress))) {
    return `${way}, but ${who} listens on the pod's loopback only: nothing from outside gets through.`;
  }
  return `${way}, where ${who} listens.`;
}

/** One sentence a published port, then what only the pod itself can reach, then who talks to whom. */
export function networkSentences(view: NetworkView, isEnding = false): readonly string[] {
  const said = view.published.map((port) => onPublished(view, port, isEnding));
  const inside = view.sockets.filter((socket) => isListening(socket) && isLoopback(socket.localAddress));
  const held = inside.filter(
    (socket) => socket.owners.length > 0 && !view.published.some((port) => port.containerPort === socket.localPort),
  );
  if (held.length > 0) {
    const where = listed([...new Set(held.map((socket) => endpoint(socket.localAddress, socket.localPort)))]);
    said.push(`${owners(held)} listens on ${where} only: every member reaches it, no published port could.`);
  }
  if (inside.some((socket) => socket.localAddress === DOCKER_DNS && socket.owners.length === 0)) {
    said.push(`What listens on ${DOCKER_DNS} is Docker's own DNS, no process of this pod.`);
  }
  const talking = view.sockets.filter((socket) => socket.state === "ESTAB" && isLoopback(socket.remoteAddress));
  if (talking.length > 0) {
    const who = owners(talking) || "A process";
    said.push(`${who} ${who.includes(" and ") ? "talk" : "talks"} over the pod's one loopback.`);
  }
  if (said.length === 0 && !isEnding)
    said.push("Nothing listens. A port opened by one member is open for all: they share one net.");
  return said;
}
