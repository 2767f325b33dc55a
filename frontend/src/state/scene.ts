// What the picture of a pod shows, before anything has a place: members, who talks to whom, and the way out.
import type { NetworkView, Process, Sample, Socket } from "../api/wire";
import { cellOf, KINDS } from "./namespaces";
import { endpoint, isListening, isLoopback } from "./network";
import type { MemberFacts, PodFacts } from "./pod";
import { programOf } from "./processes";
import { counted, visible } from "./text";

/** A port that a member listens on; sockets on several addresses (IPv4, IPv6) are one. */
export interface Listener {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly address: string;
  /** Only the pod itself gets there. */
  readonly isLoopback: boolean;
  readonly inodes: readonly number[];
}

export interface SceneMember {
  readonly name: string;
  readonly image: string;
  /** Not running yet, running, or ended. */
  readonly look: "dashed" | "solid" | "hollow";
  /** Its main process and their number, or why there is none. */
  readonly says: string;
  /** The same where there is little room. */
  readonly brief: string;
  readonly listeners: readonly Listener[];
}

/** Connections inside the pod to one listener. */
export interface Talk {
  readonly key: string;
  /** null: nobody holds its end any more, for they are closed. */
  readonly from: string | null;
  readonly to: string;
  readonly port: number;
  readonly address: string;
  readonly count: number;
  readonly inodes: readonly number[];
  /** It was open a moment ago. */
  readonly isOver: boolean;
}

export interface Published {
  readonly hostPort: number;
  readonly hostIp: string;
  readonly port: number;
  readonly protocol: string;
  /** Who listens there and can be reached; null: nobody. */
  readonly to: string | null;
  /** Where there is nobody: who listens on loopback only, and where, so that no published port gets there. */
  readonly inside: { readonly member: string; readonly address: string } | null;
  /** Connections from outside that are open now. */
  readonly count: number;
}

export interface Plug {
  readonly name: string;
  readonly addresses: string;
  readonly isLoopback: boolean;
}

export interface Scene {
  readonly name: string;
  readonly hostname: string;
  readonly net: number | null;
  /** The PID namespace that all share; null where each has its own, or none is known. */
  readonly pid: number | null;
  /** What pause holds for the others: kinds of namespaces. */
  readonly holds: readonly string[];
  readonly isHeld: boolean;
  readonly members: readonly SceneMember[];
  readonly talks: readonly Talk[];
  readonly published: readonly Published[];
  readonly plugs: readonly Plug[];
  readonly host: { readonly end: string; readonly bridge: string } | null;
}

function told(member: MemberFacts, own: readonly Process[]): Pick<SceneMember, "says" | "brief"> {
  const [main] = [...own].sort((a, b) => a.pid - b.pid);
  if (!main) return { says: absence(member), brief: absence(member) };
  const program = programOf(main);
  if (own.length === 1) return { says: program, brief: program };
  const many = `${program}, ${counted(own.length, "process", "processes")}`;
  return { says: many, brief: `${program} +${own.length - 1}` };
}

/** Why there is no process to show. */
function absence(member: MemberFacts): string {
  if (member.state === "running") return "no process seen yet";
  if (member.reason === "StartError") return "could not start";
  const exit = member.exitCode === null ? "" : `, exit code ${member.exitCode}`;
  if (member.state === "terminated") return `ended: ${member.reason || "no reason given"}${exit}`;
  return `waits: ${member.reason || "not begun"}`;
}

const LOOKS = { waiting: "dashed", running: "solid", terminated: "hollow" } as const;

function holders(socket: Socket): readonly string[] {
  return [...new Set(socket.owners.map((owner) => owner.member))];
}

function base(socket: Socket): "tcp" | "udp" {
  return socket.protocol.startsWith("udp") ? "udp" : "tcp";
}

function listenersOf(member: string, sockets: readonly Socket[]): readonly Listener[] {
  const found = new Map<string, Socket[]>();
  for (const socket of sockets) {
    if (!isListening(socket) || !holders(socket).includes(member)) continue;
    const key = `${base(socket)} ${socket.localPort}`;
    found.set(key, [...(found.get(key) ?? []), socket]);
  }
  return [...found.values()].map(joined).sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
}

/** The widest address stands for all: who listens on any is reached on any. */
function joined(group: readonly Socket[]): Listener {
  const open = group.find((socket) => !isLoopback(socket.localAddress));
  const [first] = group;
  const shown = open ?? first;
  return {
    port: shown?.localPort ?? 0,
    protocol: shown ? base(shown) : "tcp",
    address: shown?.localAddress ?? "",
    isLoopback: open === undefined,
    inodes: group.map((socket) => socket.inode),
  };
}

/** Both ends are here: over loopback, or by the pod's own address. */
function insideOf(network: NetworkView): (socket: Socket) => boolean {
  const own = new Set(network.interfaces.flatMap((each) => each.addresses.map((address) => address.address)));
  const isOwn = (address: string) => isLoopback(address) || own.has(plain(address));
  return (socket) => isOwn(socket.localAddress) && isOwn(socket.remoteAddress);
}

function listenerAt(members: readonly SceneMember[], port: number): string | null {
  return members.find((member) => member.listeners.some((each) => each.port === port))?.name ?? null;
}

/** Who asked; null for a closed one, undefined for what is no connection or has no holder here. */
function clientOf(socket: Socket): string | null | undefined {
  if (socket.state === "TIME-WAIT") return null;
  return socket.state === "ESTAB" ? holders(socket)[0] : undefined;
}

/** A connection by its two ends; turned, as its other end has it. */
function ends(socket: Socket, way: "as it is" | "turned" = "as it is"): string {
  const local = `${base(socket)} ${plain(socket.localAddress)} ${socket.localPort}`;
  const remote = `${base(socket)} ${plain(socket.remoteAddress)} ${socket.remotePort}`;
  return way === "turned" ? `${remote} ${local}` : `${local} ${remote}`;
}

/** An IPv4 address as IPv4 has it, also where an IPv6 socket holds it. */
function plain(address: string): string {
  return address.replace(/^::ffff:/, "");
}

/** Of both ends: so that who points at either sees the wire, and the other. */
function inodesOf(...sockets: readonly (Socket | undefined)[]): readonly number[] {
  return sockets.flatMap((socket) => (socket && socket.inode !== 0 ? [socket.inode] : []));
}

/** Seen from the client's end: that one is held by who asked. Closed ones (TIME-WAIT) are held by nobody. */
function talksOf(network: NetworkView, members: readonly SceneMember[]): readonly Talk[] {
  const isInside = insideOf(network);
  const inside = network.sockets.filter(isInside);
  const byEnds = new Map(inside.map((socket) => [ends(socket), socket]));
  const found = new Map<string, Talk>();
  for (const socket of inside) {
    const from = clientOf(socket);
    const to = listenerAt(members, socket.remotePort);
    if (from === undefined || to === null) continue;
    const key = `${from ?? "lo"} ${to} ${socket.remotePort}`;
    const last = found.get(key);
    found.set(key, {
      key,
      from,
      to,
      port: socket.remotePort,
      address: endpoint(socket.remoteAddress, socket.remotePort),
      count: (last?.count ?? 0) + 1,
      inodes: [...(last?.inodes ?? []), ...inodesOf(socket, byEnds.get(ends(socket, "turned")))],
      isOver: false,
    });
  }
  const rank = (talk: Talk) => members.findIndex((member) => member.name === talk.to);
  return [...found.values()].sort((a, b) => rank(a) - rank(b) || a.port - b.port || a.key.localeCompare(b.key));
}

function publishedOf(network: NetworkView, members: readonly SceneMember[]): readonly Published[] {
  const isInside = insideOf(network);
  return network.published.map((port) => {
    const there = members.flatMap((member) =>
      member.listeners.filter((each) => each.port === port.containerPort).map((listener) => ({ member, listener })),
    );
    const reached = there.find(({ listener }) => !listener.isLoopback);
    const inside = reached ? undefined : there[0];
    const open = network.sockets.filter(
      (socket) => socket.state === "ESTAB" && socket.localPort === port.containerPort && !isInside(socket),
    );
    return {
      hostPort: port.hostPort,
      hostIp: port.hostIp,
      port: port.containerPort,
      protocol: port.protocol,
      to: reached?.member.name ?? null,
      inside: inside ? { member: inside.member.name, address: inside.listener.address } : null,
      count: open.length,
    };
  });
}

/** Where a published port leads, and why it gets nowhere. */
export function reach({ to, inside }: Published): string {
  if (to !== null) return `to ${to}`;
  if (inside === null) return "where nobody listens";
  return `where ${inside.member} listens on ${inside.address} only, so a published port cannot reach it`;
}

function plugsOf(network: NetworkView): readonly Plug[] {
  return network.interfaces.map((each) => ({
    name: visible(each.name),
    addresses: each.addresses.map((address) => `${address.address}/${address.prefix}`).join(" ") || "no address",
    isLoopback: each.name === "lo",
  }));
}

/** What is so at this moment. Without a sample only the status is known: nothing runs, or nobody has looked yet. */
export function sceneOf(pod: PodFacts, sample: Sample | null): Scene {
  const network = sample?.network ?? null;
  const members = pod.members.map((member) => ({
    name: member.name,
    image: member.image,
    look: LOOKS[member.state],
    ...told(member, sample?.processes.filter((process) => process.member === member.name) ?? []),
    listeners: listenersOf(member.name, network?.sockets ?? []),
  }));
  const pause = sample?.namespaces.rows.find((row) => row.member === "");
  const pid = pause && cellOf(pause, "pid");
  const [end] = network?.hostEnds ?? [];
  return {
    name: pod.name,
    hostname: pod.hostname,
    net: (pause && cellOf(pause, "net")?.inode) ?? null,
    pid: pid?.relation === "owns" ? pid.inode : null,
    holds: pause ? KINDS.filter((kind) => cellOf(pause, kind)?.relation === "owns") : [],
    isHeld: pause !== undefined,
    members,
    talks: network ? talksOf(network, members) : [],
    published: network ? publishedOf(network, members) : [],
    plugs: network ? plugsOf(network) : [],
    host: end ? { end: end.name, bridge: end.bridge } : null,
  };
}
