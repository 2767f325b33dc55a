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

function isLoopback(address: string): boolean {
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

function onPublished(view: NetworkView, port: PublishedPort): string {
  const found = listeners(view, port);
  const way = `Port ${port.hostPort} of the host leads to ${port.containerPort} of the pod`;
  if (found.length === 0) return `${way}, where nothing listens yet.`;
  const who = owners(found) || "a process";
  if (found.every((socket) => isLoopback(socket.localAddress))) {
    return `${way}, but ${who} listens on the pod's loopback only: nothing from outside gets through.`;
  }
  return `${way}, where ${who} listens.`;
}

/** One sentence a published port, then what only the pod itself can reach, then who talks to whom. */
export function networkSentences(view: NetworkView): readonly string[] {
  const said = view.published.map((port) => onPublished(view, port));
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
  if (said.length === 0) said.push("Nothing listens. A port opened by one member is open for all: they share one net.");
  return said;
}
