// How the namespaces of a pod would be if it shared more, or less: what Docker would be told for a copy of it.
import type { NamespaceCell, NamespacesView } from "../api/wire";
import { flag, type Obj, object, text } from "./read";
import { copyOf } from "./written";

/** Kinds of which a pod says whether its members share pause's. Network is always shared; the others never are. */
export const SWITCHED = ["pid", "ipc"] as const;
export type Switched = (typeof SWITCHED)[number];
export type Switches = Readonly<Record<Switched, boolean>>;

// As in sandboxes/policy/bodies.py: each member's IPC namespace is its own, to compare.
const PRIVATE_IPC = "playground.dev/ipc";

/** What the pod asks for now. */
export function switchesOf(pod: Obj): Switches {
  return {
    pid: flag(object(pod, "spec"), "shareProcessNamespace"),
    ipc: text(object(object(pod, "metadata"), "annotations"), PRIVATE_IPC) !== "private",
  };
}

/** An inode that there is not yet: one below nothing for each container that would get its own. */
export function isToCome(inode: number | null): boolean {
  return inode !== null && inode < 0;
}

function shared(view: NamespacesView, kind: Switched): NamespacesView {
  const members = view.rows.map((row) => row.member);
  const inode = view.rows.find((row) => row.member === "")?.cells.find((cell) => cell.kind === kind)?.inode ?? null;
  return changed(view, kind, (member) => ({
    kind,
    inode,
    relation: member === "" ? "owns" : "shares",
    owner: "",
    sharedWith: members.filter((other) => member !== "" || other !== ""),
  }));
}

function apart(view: NamespacesView, kind: Switched): NamespacesView {
  return changed(view, kind, (member, at, last) => ({
    kind,
    inode: member === "" ? last.inode : -at,
    relation: "own",
    owner: "",
    sharedWith: [],
  }));
}

type Change = (member: string, at: number, last: NamespaceCell) => NamespaceCell;

function changed(view: NamespacesView, kind: Switched, change: Change): NamespacesView {
  const rows = view.rows.map((row, at) => ({
    ...row,
    cells: row.cells.map((cell) => (cell.kind === kind ? change(row.member, at + 1, cell) : cell)),
  }));
  return { ...view, rows };
}

/** The view as a copy would have it; the same one where nothing differs. */
export function previewed(view: NamespacesView, is: Switches, wanted: Switches): NamespacesView {
  const differs = SWITCHED.filter((kind) => is[kind] !== wanted[kind]);
  return differs.reduce((last, kind) => (wanted[kind] ? shared(last, kind) : apart(last, kind)), view);
}

const WOULD = {
  pid: {
    on: "In a copy that shares pid, /pause would be PID 1, reap orphans, and every member would see all processes.",
    off: "In a copy that does not share pid, each member's first process would be PID 1, and none would see another's.",
  },
  ipc: {
    on: "In a copy that shares ipc, members would have one /dev/shm and one set of semaphores and queues.",
    off: "In a copy that does not share ipc, each member would have a /dev/shm of its own.",
  },
} satisfies Record<Switched, Record<"on" | "off", string>>;

/** What would be different, a sentence each. */
export function previewSentences(is: Switches, wanted: Switches): readonly string[] {
  return SWITCHED.filter((kind) => is[kind] !== wanted[kind]).map((kind) => WOULD[kind][wanted[kind] ? "on" : "off"]);
}

/** A copy of the pod with those switches. */
export function copyWith(pod: Obj, wanted: Switches): Obj {
  const copy = copyOf(pod);
  const { shareProcessNamespace: _, ...spec } = object(copy, "spec");
  const metadata = object(copy, "metadata");
  const { [PRIVATE_IPC]: __, ...others } = object(metadata, "annotations");
  const annotations = wanted.ipc ? others : { ...others, [PRIVATE_IPC]: "private" };
  const { annotations: ___, ...rest } = metadata;
  return {
    ...copy,
    metadata: Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest,
    spec: wanted.pid ? { shareProcessNamespace: true, ...spec } : spec,
  };
}
