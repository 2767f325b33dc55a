// Where the things of the picture stand. Units are pixels of the page: the picture is drawn as wide as its place is, so
// that its text has one size everywhere.
import type { PodToBe, Published } from "./pod-to-be";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Wire {
  readonly memberId: number;
  readonly path: string;
  /** "127.0.0.1:3306", at `label`. */
  readonly text: string;
  readonly at: { readonly x: number; readonly y: number };
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly pod: Box;
  /** Around pause and members when they see one process tree. */
  readonly columns: 1 | 2;
  readonly tree: Box | null;
  readonly treeText: { readonly x: number; readonly y: number; readonly width: number };
  readonly pause: Box;
  readonly members: ReadonlyMap<number, Box>;
  readonly lo: Box;
  readonly eth0: Box;
  readonly host: Box;
  readonly ports: readonly { readonly port: Published; readonly box: Box }[];
  /** From the browser through the published ports to the host, and from the host to eth0. */
  readonly outside: string;
  readonly veth: string;
  readonly browser: { readonly x: number; readonly y: number };
  readonly inside: readonly Wire[];
  readonly loopback: readonly Wire[];
}

const EDGE = 1;
const GAP = 16;
const SIDE = 112; // the host's column
const HEAD = 56;
const PAUSE = 48;
const MEMBER = 74;
const INTERFACE = 44;
const PORT = 44;
const NARROW = 460;
/** Above this a second column of members has room for an image's name. */
const TWO_COLUMNS = 330;

export function layout(pod: PodToBe, width: number): Layout {
  const narrow = width < NARROW;
  const body = inside(pod, narrow ? width - 2 * EDGE : width - SIDE - 2 * GAP - EDGE);
  const outer = narrow ? below(pod, body, width) : beside(pod, body, width);
  return { ...body, ...outer, ...wires(pod, body) };
}

type Body = Pick<Layout, "columns" | "pod" | "tree" | "treeText" | "pause" | "members" | "lo" | "eth0">;

function inside(pod: PodToBe, width: number): Body {
  const inset = pod.sharesProcesses ? GAP + 12 : GAP;
  const inner = width - 2 * inset;
  const columns = inner >= TWO_COLUMNS && pod.members.length > 1 ? 2 : 1;
  // What the tree's frame says stands beside pause where there is room, above it where there is none.
  const top = HEAD + (pod.sharesProcesses ? (columns === 2 ? 12 : 28) : 4);
  const pause = { x: EDGE + inset, y: top, width: columns === 2 ? (inner - GAP) / 2 : inner, height: PAUSE };
  const first = top + PAUSE + GAP;
  const members = new Map(
    pod.members.map((member, index): [number, Box] => {
      const each = (inner - GAP * (columns - 1)) / columns;
      const x = EDGE + inset + (index % columns) * (each + GAP);
      const y = first + Math.floor(index / columns) * (MEMBER + GAP);
      return [member.id, { x, y, width: each, height: MEMBER }];
    }),
  );
  const rows = Math.ceil(pod.members.length / columns);
  const end = first + rows * (MEMBER + GAP) - GAP + (pod.sharesProcesses ? 12 : 0);
  const tree = pod.sharesProcesses ? { x: EDGE + GAP, y: HEAD, width: width - 2 * GAP, height: end - HEAD } : null;
  const beside = { x: pause.x + pause.width + GAP, y: top + 29, width: inner - pause.width - GAP };
  const treeText = columns === 2 ? beside : { x: EDGE + GAP + 12, y: HEAD + 19, width: inner };
  const y = end + 34;
  const half = Math.min(150, (width - 3 * GAP) / 2);
  const lo = { x: EDGE + GAP, y, width: half, height: INTERFACE };
  const eth0 = { x: EDGE + width - GAP - half, y, width: half, height: INTERFACE };
  const whole = { x: EDGE, y: EDGE, width, height: y + INTERFACE + GAP - EDGE };
  return { columns, pod: whole, tree, treeText, pause, members, lo, eth0 };
}

type Outer = Pick<Layout, "width" | "height" | "host" | "ports" | "outside" | "veth" | "browser">;

function middle(box: Box): { x: number; y: number } {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** The host at the side of eth0, the published ports above it, the browser on top. */
function beside(pod: PodToBe, body: Body, width: number): Outer {
  const x = width - SIDE - EDGE;
  const stack = pod.published.length * (PORT + 12);
  const y = Math.max(body.eth0.y, stack + 40);
  const host = { x, y, width: SIDE, height: INTERFACE };
  const ports = pod.published.map((port, index) => ({
    port,
    box: { x, y: y - (PORT + 12) * (pod.published.length - index), width: SIDE, height: PORT },
  }));
  const centre = x + SIDE / 2;
  const browser = { x: centre, y: (ports[0]?.box.y ?? y) - 28 };
  const outside = pod.published.length > 0 ? `M${centre} ${browser.y + 8}V${y}` : "";
  const eth0 = middle(body.eth0);
  const right = body.eth0.x + body.eth0.width;
  const veth = `M${right} ${eth0.y}H${right + GAP * 1.5}V${middle(host).y}H${x}`;
  const height = Math.max(body.pod.y + body.pod.height, host.y + host.height) + EDGE;
  return { width, height, host, ports, outside, veth, browser };
}

/** Where there is no room at the side: the host under eth0, the ports at its left. */
function below(pod: PodToBe, body: Body, width: number): Outer {
  const top = body.pod.y + body.pod.height + 32;
  const host = { ...body.eth0, y: top };
  const ports = pod.published.map((port, index) => ({
    port,
    box: { x: EDGE + GAP, y: top + index * (PORT + 12), width: body.lo.width, height: PORT },
  }));
  const out = ports
    .map(({ box }) => `M${box.x + box.width} ${middle(box).y}H${host.x - 8}V${middle(host).y}H${host.x}`)
    .join("");
  const browser = { x: EDGE + GAP + body.lo.width / 2, y: top - 10 };
  const veth = `M${middle(host).x} ${body.eth0.y + body.eth0.height}V${host.y}`;
  const last = ports.at(-1)?.box ?? host;
  return {
    width,
    height: Math.max(last.y + last.height, host.y + host.height) + EDGE,
    host,
    ports,
    outside: out,
    veth,
    browser,
  };
}

/** Out of a member's lower edge; those of one member side by side. */
function wire(from: Box, to: Box, lean: number): { path: string; at: { x: number; y: number } } {
  const start = { x: from.x + from.width / 2 + lean, y: from.y + from.height };
  const end = { x: to.x + to.width / 2 + lean / 2, y: to.y };
  const half = (start.y + end.y) / 2;
  const path = `M${start.x} ${start.y}C${start.x} ${half} ${end.x} ${half} ${end.x} ${end.y}`;
  return { path, at: { x: end.x, y: end.y - 10 } };
}

function wires(pod: PodToBe, body: Body): Pick<Layout, "inside" | "loopback"> {
  const published = new Set(pod.published.map((port) => port.memberId));
  const drawn = (kind: "inside" | "loopback", memberId: number, text: string): Wire[] => {
    const from = body.members.get(memberId);
    if (!from) return [];
    const isInside = kind === "inside";
    return [{ memberId, text, ...wire(from, isInside ? body.eth0 : body.lo, isInside ? 24 : -24) }];
  };
  return {
    inside: pod.members.filter(({ id }) => published.has(id)).flatMap(({ id }) => drawn("inside", id, "")),
    loopback: pod.members.flatMap(({ id, calls }) =>
      calls.slice(0, 1).flatMap(({ port }) => drawn("loopback", id, `:${port}`)),
    ),
  };
}

/** As much of a text as has room; 12 px of the monospace are 7.3 px wide. */
export function cut(text: string, width: number): string {
  const most = Math.max(3, Math.floor(width / 7.3));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
