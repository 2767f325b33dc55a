// Where everything of a pod's picture stands: a pure function of what there is and of the room for it, in pixels.
import { endpoint } from "./network";
import { type Gutters, type Place, routed } from "./routes";
import type { Listener, Published, Scene, SceneMember, Talk } from "./scene";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Line {
  readonly listener: Listener;
  readonly text: string;
  readonly y: number;
}

export interface MemberBox extends Box {
  readonly member: SceneMember;
  readonly name: string;
  readonly image: string;
  readonly says: string;
  readonly lines: readonly Line[];
  /** How many more listeners there are than lines. */
  readonly more: number;
}

export interface PlugBox extends Box {
  readonly name: string;
  readonly text: string;
}

export interface PortBox extends Box {
  readonly port: Published;
}

export interface Wire {
  readonly key: string;
  readonly kind: "talk" | "past" | "open" | "shut" | "veth" | "host";
  readonly path: string;
  /** Whose colour it has; null: nobody's. */
  readonly member: string | null;
  readonly label: { readonly x: number; readonly y: number; readonly w: number; readonly text: string } | null;
  readonly title: string;
  readonly lit: readonly string[];
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pod: Box;
  readonly pause: Box;
  /** Around all whose processes see each other; null where they do not. */
  readonly sees: Box | null;
  readonly members: readonly MemberBox[];
  readonly plugs: readonly PlugBox[];
  readonly host: Box | null;
  readonly ports: readonly PortBox[];
  readonly morePorts: number;
  readonly browser: { readonly x: number; readonly y: number; readonly anchor: "start" | "middle" } | null;
  readonly wires: readonly Wire[];
  /** How many ways there is room for under each row: given back, the next picture keeps that room. */
  readonly lanes: readonly number[];
}

export const MONO = 7.25; // a character of 12 px JetBrains Mono
export const SANS = 8.3; // of 14 px Inter, the wider ones
export const LINE = 20;
const MAX_LINES = 3;
const MAX_PORTS = 4;
const HEAD = 74;
const PAUSE = 54;
const PLUG = 52;
const LANE = 28;
/** From a member's top to the line of its first listener. */
export const EAR = 88;

/** As much of a text as there is room for; the whole of it is in the title. */
export function cut(text: string, room: number, character = MONO): string {
  const fits = Math.max(1, Math.floor(room / character));
  return text.length <= fits ? text : `${text.slice(0, fits - 1)}…`;
}

/** 1 or 2 beside each other where it is narrow, up to 3 where it is wide: never more than five rows of ten. */
export function columns(count: number, isNarrow: boolean): number {
  if (isNarrow) return count > 4 ? 2 : 1;
  if (count <= 1) return 1;
  return count <= 6 ? 2 : 3;
}

function listening(listener: Listener): string {
  const udp = listener.protocol === "udp" ? "udp " : "";
  return udp + endpoint(listener.address, listener.port);
}

function memberBox(member: SceneMember, box: Box): MemberBox {
  const room = box.w - 24;
  const shown = member.listeners.length > MAX_LINES ? MAX_LINES - 1 : MAX_LINES;
  return {
    ...box,
    member,
    name: cut(member.name, room - 14, SANS),
    image: cut(member.image, room),
    says: member.says.length * MONO <= room ? member.says : cut(member.brief, room),
    lines: member.listeners.slice(0, shown).map((listener, at) => ({
      listener,
      text: cut(listening(listener), room),
      y: box.y + EAR + at * LINE,
    })),
    more: Math.max(0, member.listeners.length - shown),
  };
}

/** A line for listeners is kept where there is none yet: nothing moves when the first one comes. */
function heightOf(members: readonly SceneMember[]): number {
  const lines = Math.max(1, ...members.map((member) => Math.min(MAX_LINES, member.listeners.length)));
  return EAR - 8 + lines * LINE + 2;
}

interface Room {
  readonly isNarrow: boolean;
  readonly pod: Omit<Box, "h">;
  readonly inner: { readonly x: number; readonly w: number };
  readonly side: number;
}

function roomOf(width: number): Room {
  const isNarrow = width < 560;
  const edge = isNarrow ? 8 : 16;
  const side = 138;
  const w = isNarrow ? width - 2 * edge : width - 2 * edge - side - 56;
  const pad = isNarrow ? 18 : 24;
  return { isNarrow, side, pod: { x: edge, y: edge, w }, inner: { x: edge + pad, w: w - 2 * pad } };
}

interface Grid {
  readonly boxes: readonly MemberBox[];
  readonly gutters: Gutters;
  readonly places: ReadonlyMap<string, Place>;
  /** Where the members end. */
  readonly end: number;
  readonly room: readonly number[];
}

function gridOf(scene: Scene, room: Room, top: number, floor: readonly number[]): Grid {
  const wide = columns(scene.members.length, room.isNarrow);
  const gap = 30;
  const w = Math.min(320, (room.inner.w - gap * (wide - 1)) / wide);
  const rows: SceneMember[][] = [];
  scene.members.forEach((member, at) => {
    if (at % wide === 0) rows.push([]);
    rows.at(-1)?.push(member);
  });
  const rowOf = new Map(scene.members.map((member, at) => [member.name, Math.floor(at / wide)]));
  const lanes = rows.map((_, row) => scene.talks.filter((talk) => passes(talk, rowOf, rows.length).includes(row)));
  const boxes: MemberBox[] = [];
  const below: number[] = [];
  const kept = lanes.map((talks, row) => Math.max(1, talks.length, floor[row] ?? 0));
  let y = top;
  rows.forEach((row, at) => {
    const h = heightOf(row);
    row.forEach((member, column) => {
      boxes.push(memberBox(member, { x: room.inner.x + column * (w + gap), y, w, h }));
    });
    below.push(y + h);
    y += h + 12 + (kept[at] ?? 1) * LANE;
  });
  const places = new Map(
    boxes.map((box, at) => [box.member.name, { box, row: Math.floor(at / wide), column: at % wide }] as const),
  );
  return {
    boxes,
    gutters: { below, lanes, lane: LANE, left: room.inner.x, step: w + gap, gap },
    places,
    end: y,
    room: kept,
  };
}

/** The rows under which a talk runs: its client's and its server's; closed ones come from lo, under the last. */
function passes(talk: Talk, rowOf: ReadonlyMap<string, number>, rows: number): readonly number[] {
  const from = talk.from === null ? rows - 1 : (rowOf.get(talk.from) ?? rows - 1);
  return [from, rowOf.get(talk.to) ?? 0];
}

function plugBoxes(scene: Scene, room: Room, y: number): readonly PlugBox[] {
  const inside = scene.plugs.filter((plug) => plug.isLoopback).slice(0, 1);
  const outside = scene.plugs.filter((plug) => !plug.isLoopback).slice(0, 1);
  const left = inside.map((plug) => ({ plug, x: room.inner.x, w: Math.min(132, room.inner.w * 0.42) }));
  const w = Math.min(176, room.inner.w * 0.54);
  const right = outside.map((plug) => ({ plug, x: room.inner.x + room.inner.w - w, w }));
  return [...left, ...right].map(({ plug, x, w: each }) => ({
    x,
    y,
    w: each,
    h: PLUG,
    name: plug.name,
    text: cut(plug.addresses, each - 20),
  }));
}

interface Outside {
  readonly host: Box | null;
  readonly ports: readonly PortBox[];
  readonly browser: Picture["browser"];
  readonly wires: readonly Wire[];
  readonly bottom: number;
}

function veth(path: string, end: string): Wire {
  const title = `veth pair: eth0 in the pod, ${end} on the host`;
  return { key: "veth", kind: "veth", path, member: null, label: null, title, lit: ["interface:eth0"] };
}

function spine(path: string): Wire {
  return { key: "spine", kind: "host", path, member: null, label: null, title: "on the host", lit: [] };
}

/** Beside the pod, the browser on top; on a narrow page under it, the browser at the left. */
function outsideOf(scene: Scene, room: Room, plug: PlugBox, bottom: number): Outside {
  const shown = scene.published.slice(0, MAX_PORTS);
  const end = scene.host?.end ?? "";
  const middle = plug.y + plug.h / 2;
  if (room.isNarrow) {
    const w = Math.min(128, plug.w);
    const host = { x: plug.x + plug.w - w, y: bottom + 34, w, h: 74 };
    const ports = shown.map((port, at) => ({ port, x: host.x - 96, y: host.y + 14 + at * 54, w: 78, h: 46 }));
    const x = host.x + w / 2;
    const row = host.y + 37;
    const wires = [veth(`M${x} ${plug.y + plug.h}V${host.y}`, end), spine(`M${host.x} ${row}H${room.pod.x + 92}`)];
    const low = Math.max(host.y + host.h, ...ports.map((port) => port.y + port.h));
    return { host, ports, wires, browser: { x: room.pod.x, y: row + 4, anchor: "start" }, bottom: low };
  }
  const host = { x: room.pod.x + room.pod.w + 56, y: middle - 37, w: room.side, h: 74 };
  const ports = shown.map((port, at) => ({ port, x: host.x + 14, y: host.y - 76 - at * 62, w: host.w - 28, h: 48 }));
  const top = (ports.at(-1)?.y ?? host.y) - 32;
  const x = host.x + host.w / 2;
  const wires = [veth(`M${plug.x + plug.w} ${middle}H${host.x}`, end), spine(`M${x} ${host.y}V${top}`)];
  return { host, ports, wires, browser: { x, y: top - 26, anchor: "middle" }, bottom: host.y + host.h };
}

/** The whole picture for `width` pixels; `floor` is the `lanes` of the last one. What has no place in it is counted or named in a title, never lost. */
export function pictureOf(scene: Scene, width: number, floor: readonly number[] = []): Picture {
  const room = roomOf(width);
  const { inner, pod } = room;
  const pause = { x: inner.x, y: pod.y + HEAD, w: Math.min(250, inner.w), h: PAUSE };
  const grid = gridOf(scene, room, pause.y + PAUSE + 26, floor);
  const open = scene.published.filter((port) => port.to !== null);
  const trunk = grid.end + 2;
  const plugs = plugBoxes(scene, room, trunk + 18 + Math.min(open.length, MAX_PORTS) * 6);
  const bottom = trunk + (plugs.length > 0 ? 18 + Math.min(open.length, MAX_PORTS) * 6 + PLUG + 16 : 4);
  const lo = plugs.find((plug) => plug.name === "lo");
  const eth = plugs.find((plug) => plug.name !== "lo");
  const outside = eth && scene.host ? outsideOf(scene, room, eth, bottom) : null;
  const wires = routed({ scene, places: grid.places, gutters: grid.gutters, lo, eth, trunk });
  const around = { x: inner.x - 12, y: pause.y - 10, w: inner.w + 24, h: grid.end - pause.y + 6 };
  return {
    width,
    height: Math.max(bottom, outside?.bottom ?? 0) + pod.y,
    pod: { ...pod, h: bottom - pod.y },
    pause,
    sees: scene.pid === null ? null : around,
    members: grid.boxes,
    plugs,
    host: outside?.host ?? null,
    ports: outside?.ports ?? [],
    morePorts: Math.max(0, scene.published.length - MAX_PORTS),
    browser: outside?.browser ?? null,
    wires: [...(outside?.wires ?? []), ...wires],
    lanes: grid.room,
  };
}
