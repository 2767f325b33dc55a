// What the namespace matrix says: letters for equal namespaces, and the sentence under it.
import type { NamespaceCell, NamespaceKind, NamespaceRow, NamespacesView } from "../api/wire";
import { listed } from "./text";

/** Columns, what pods are about first: on a narrow screen the last ones go. */
export const KINDS = ["net", "ipc", "pid", "uts", "mnt", "cgroup", "user", "time"] as const satisfies NamespaceKind[];

const MEANING = {
  net: "one address, one loopback, one set of ports",
  ipc: "the same shared memory and semaphores",
  pid: "they see and can signal each other's processes, and pause reaps orphans",
  uts: "one hostname",
  mnt: "one tree of files",
  cgroup: "one view of the cgroup tree",
  user: "the same user ids",
  time: "the same boot clock",
} satisfies Record<NamespaceKind, string>;

/** What people call pause and members. */
export function called(member: string): string {
  return member === "" ? "pause" : member;
}

export function cellOf(row: NamespaceRow, kind: NamespaceKind): NamespaceCell | undefined {
  return row.cells.find((cell) => cell.kind === kind);
}

/** Inode → its letter within one kind: N where several share it, u1, u2 … where each has its own. */
export function letters(view: NamespacesView, kind: NamespaceKind): ReadonlyMap<number, string> {
  const counts = new Map<number, number>();
  for (const row of view.rows) {
    const cell = cellOf(row, kind);
    if (cell?.inode != null && cell.relation !== "host") counts.set(cell.inode, (counts.get(cell.inode) ?? 0) + 1);
  }
  const letter = kind.slice(0, 1);
  const found = new Map<number, string>();
  let shared = 0;
  let alone = 0;
  for (const [inode, count] of counts) {
    if (count > 1) {
      shared += 1;
      found.set(inode, letter.toUpperCase() + (shared > 1 ? shared : ""));
    } else {
      alone += 1;
      found.set(inode, `${letter}${alone}`);
    }
  }
  return found;
}

/** For people who hear the matrix: "net 4026532184, pause made it, shared with web". */
export function spoken(cell: NamespaceCell): string {
  const inode = cell.inode === null ? "" : ` ${cell.inode < 0 ? "not made yet" : cell.inode}`;
  switch (cell.relation) {
    case "owns":
      return `${cell.kind}${inode}, its own, shared with ${listed(cell.sharedWith.map(called))}`;
    case "shares":
      return `${cell.kind}${inode}, made by ${called(cell.owner)}`;
    case "own":
      return `${cell.kind}${inode}, its own`;
    case "host":
      return `${cell.kind}${inode}, the host's`;
    case "unknown":
      return `${cell.kind}, unknown`;
  }
}

function everyCell(view: NamespacesView, kind: NamespaceKind): readonly NamespaceCell[] {
  return view.rows.map((row) => cellOf(row, kind)).filter((cell) => cell !== undefined);
}

function kindsWhere(view: NamespacesView, holds: (cells: readonly NamespaceCell[]) => boolean): NamespaceKind[] {
  return KINDS.filter((kind) => {
    const cells = everyCell(view, kind);
    return cells.length > 0 && holds(cells);
  });
}

function isShared(cells: readonly NamespaceCell[]): boolean {
  const first = cells[0];
  if (cells.length < 2 || first?.inode == null || first.relation === "host") return false;
  return cells.every((cell) => cell.inode === first.inode);
}

/** A sentence, and the kinds it is about: one about columns that do not show need not be read. */
export interface About {
  readonly text: string;
  readonly kinds: readonly NamespaceKind[];
}

/** What is true of this pod now, a sentence each. */
export function sentences(view: NamespacesView): readonly About[] {
  const all = listed(view.rows.map((row) => called(row.member)));
  const shared = kindsWhere(view, isShared);
  const said: About[] = shared.map((kind) => ({ text: `${all} share ${kind}: ${MEANING[kind]}.`, kinds: [kind] }));
  const apart = kindsWhere(view, (cells) => cells.length > 1 && cells.every((cell) => cell.relation === "own"));
  const say = (text: string, ...kinds: readonly NamespaceKind[]) => said.push({ text, kinds });
  if (apart.includes("pid")) say("Each has its own pid: nobody sees another's processes.", "pid");
  if (apart.includes("uts")) {
    say("Each has its own uts: Docker copies the hostname into it. Kubernetes' runtimes share it.", "uts");
  }
  const hosts = kindsWhere(view, (cells) => cells.every((cell) => cell.relation === "host"));
  if (hosts.length > 0) say(`${listed(hosts)} equal the host's${view.hostFrom && ` (${view.hostFrom})`}.`, ...hosts);
  const unknown = kindsWhere(view, (cells) => cells.some((cell) => cell.relation === "unknown"));
  if (unknown.length > 0) say(`${listed(unknown)} could not be read: unknown, not private.`, ...unknown);
  return said;
}

/** What each kind keeps apart: namespaces(7). */
export const ISOLATES = {
  net: "network interfaces, addresses, routes, sockets and ports.",
  ipc: "System V IPC objects and POSIX message queues; Docker mounts /dev/shm along with it.",
  pid: "process IDs: who is in it sees only who is in it, and in those nested below.",
  uts: "the hostname and the NIS domain name.",
  mnt: "mount points: what is mounted where, so the tree of files.",
  cgroup: "the root of the cgroup tree, as /proc/self/cgroup shows it.",
  user: "user and group IDs, and what capabilities are good for.",
  time: "the monotonic and the boot-time clock.",
} satisfies Record<NamespaceKind, string>;

// nsenter(1).
const FLAGS = {
  net: "--net",
  ipc: "--ipc",
  pid: "--pid",
  uts: "--uts",
  mnt: "--mount",
  cgroup: "--cgroup",
  user: "--user",
  time: "--time",
} satisfies Record<NamespaceKind, string>;

/** The kernel's handle of the namespace, on the host. */
export function procPath(row: NamespaceRow, kind: NamespaceKind): string {
  return `/proc/${row.hostPid}/ns/${kind}`;
}

/** The command that enters it, for root on the host. */
export function enter(row: NamespaceRow, kind: NamespaceKind): string {
  return `nsenter --target ${row.hostPid} ${FLAGS[kind]}`;
}

/** Who is in the namespace, pause first; at least the row's own. */
export function sharers(row: NamespaceRow, cell: NamespaceCell): readonly string[] {
  return [...new Set([...cell.sharedWith, row.member])].sort((a, b) => Number(b === "") - Number(a === "")).map(called);
}
