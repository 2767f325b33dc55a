// Ways of wires through a picture: along the gutters between rows and columns, so that none crosses a box.
import type { Box, MemberBox, PlugBox, Wire } from "./picture";
import type { Published, Scene, Talk } from "./scene";
import { counted } from "./text";

export interface Place {
  readonly box: MemberBox;
  readonly row: number;
  readonly column: number;
}

export interface Gutters {
  /** Where each row of members ends. */
  readonly below: readonly number[];
  /** The talks under each row, a lane each. */
  readonly lanes: readonly (readonly Talk[])[];
  readonly lane: number;
  readonly left: number;
  /** From one column to the next, and how much of it is gutter. */
  readonly step: number;
  readonly gap: number;
}

interface Ground {
  readonly scene: Scene;
  readonly places: ReadonlyMap<string, Place>;
  readonly gutters: Gutters;
  readonly lo: PlugBox | undefined;
  readonly eth: PlugBox | undefined;
  /** The height at which ways to the outside turn towards eth0. */
  readonly trunk: number;
}

type Point = readonly [x: number, y: number];

const CORNER = 7;

/** A line with rounded corners through points that lie straight across or above each other. */
export function rounded(points: readonly Point[]): string {
  const turns = points.filter(([x, y], at) => at === 0 || x !== points[at - 1]?.[0] || y !== points[at - 1]?.[1]);
  return turns
    .map(([x, y], at) => {
      const before = turns[at - 1];
      const after = turns[at + 1];
      if (!before) return `M${x} ${y}`;
      if (!after) return `L${x} ${y}`;
      const [fromX, fromY] = towards([x, y], before);
      const [toX, toY] = towards([x, y], after);
      return `L${fromX} ${fromY}Q${x} ${y} ${toX} ${toY}`;
    })
    .join("");
}

/** The point a corner's radius away, or half the way if that is nearer. */
function towards([x, y]: Point, [toX, toY]: Point): Point {
  const far = Math.hypot(toX - x, toY - y);
  const part = Math.min(CORNER, far / 2) / (far || 1);
  return [x + (toX - x) * part, y + (toY - y) * part];
}

function laneY({ below, lanes, lane }: Gutters, row: number, talk: Talk): number {
  return (below[row] ?? 0) + 20 + (lanes[row]?.indexOf(talk) ?? 0) * lane;
}

/** Ways out of a box begin at its left, ways in end at its right; several stand beside each other. */
function foot(box: Box, share: number, at: number): number {
  return Math.round(box.x + box.w * share + (at % 5) * 9);
}

function talkWire(ground: Ground, talk: Talk, at: number): Wire | null {
  const { places, gutters, lo } = ground;
  const to = places.get(talk.to);
  const from = talk.from === null ? null : places.get(talk.from);
  if (!to || (from === null && !lo) || from === undefined) return null;
  const end: Point = [foot(to.box, 0.62, at), to.box.y + to.box.h];
  const low = laneY(gutters, to.row, talk);
  const last = gutters.below.length - 1;
  const start: Point = from
    ? [foot(from.box, 0.2, at), from.box.y + from.box.h]
    : [(lo?.x ?? 0) + 20 + at * 6, lo?.y ?? 0];
  const first = laneY(gutters, from ? from.row : last, talk);
  // Between rows it goes through the gutter at the left of its goal.
  const side = gutters.left + to.column * gutters.step - 7 - (at % 3) * 4;
  const between: readonly Point[] = first === low ? [] : [[side, first], [side, low]]; // biome-ignore format: a pair
  const points: readonly Point[] = [start, [start[0], first], ...between, [end[0], low], end];
  const text = talk.from === null ? `${talk.count} closed to ${talk.address}` : `${talk.count} × ${talk.address}`;
  const ends = [first === low ? start[0] : side, end[0]];
  return {
    key: `talk ${talk.key}`,
    kind: talk.from === null || talk.isOver ? "past" : "talk",
    path: rounded(points),
    member: talk.to,
    label: pill(text, (Math.min(...ends) + Math.max(...ends)) / 2, low, gutters.left),
    title: talkTitle(talk),
    lit: [`port:${talk.port}`, ...talk.inodes.map((inode) => `socket:${inode}`)],
  };
}

function pill(text: string, middle: number, y: number, left: number): NonNullable<Wire["label"]> {
  const w = Math.round(text.length * 7.25 + 20);
  return { x: Math.round(Math.max(left, middle - w / 2)), y: y - 11, w, text };
}

export function talkTitle(talk: Talk): string {
  if (talk.from === null) return `${counted(talk.count, "connection")} to ${talk.to} at ${talk.address}, closed lately`;
  if (talk.isOver) return `${talk.from || "pause"} to ${talk.to} at ${talk.address}: open a moment ago`;
  return `${talk.from || "pause"} to ${talk.to} at ${talk.address}: ${counted(talk.count, "open connection")}`;
}

/** From the listener's own line, down the gutter at the right of its column, to eth0. */
function openWire(ground: Ground, port: Published, at: number): Wire | null {
  const { places, gutters, eth, trunk } = ground;
  const to = port.to === null ? undefined : places.get(port.to);
  if (!eth || !to) return null;
  const line = to.box.lines.find((each) => each.listener.port === port.port);
  const right = to.box.x + to.box.w;
  const gutter = right + Math.min(gutters.gap / 2, 10) + (at % 4) * 4 - 2;
  const turn = trunk + 4 + at * 6;
  const into = eth.x + 28 + at * 8;
  const points: readonly Point[] = [
    [right, (line?.y ?? to.box.y + to.box.h - 14) - 4],
    [gutter, (line?.y ?? to.box.y + to.box.h - 14) - 4],
    [gutter, turn],
    [into, turn],
    [into, eth.y],
  ];
  return {
    key: `open ${port.protocol} ${port.hostPort}`,
    kind: "open",
    path: rounded(points),
    member: port.to,
    label: null,
    title: `${to.box.member.name} is reached from outside at ${port.port}, published as ${port.hostPort}`,
    lit: [`port:${port.port}`],
  };
}

/** Every wire inside the pod, talks first. */
export function routed(ground: Ground): readonly Wire[] {
  const talks = ground.scene.talks.map((talk, at) => talkWire(ground, talk, at));
  const open = ground.scene.published.slice(0, 4).map((port, at) => openWire(ground, port, at));
  return [...talks, ...open].filter((wire) => wire !== null);
}
