// The namespace matrix at the size of a card: per kind, which rows sit in one namespace and which stand apart.
import type { NamespaceCell, NamespaceKind, NamespacesView } from "../api/wire";
import { called, cellOf, KINDS } from "./namespaces";
import { listed } from "./text";

/** Rows are counted from 0, pause first. */
export interface Joined {
  readonly inode: number;
  /** Who made it; pause is "". */
  readonly owner: string;
  readonly rows: readonly number[];
}

export interface MiniColumn {
  readonly kind: NamespaceKind;
  readonly joined: readonly Joined[];
  readonly own: readonly number[];
  readonly host: readonly number[];
  readonly unknown: readonly number[];
}

/** `members` in the pod's order, pause first; one that does not run has no cell. */
export function miniature(view: NamespacesView, members: readonly string[]): readonly MiniColumn[] {
  return KINDS.map((kind) => column(view, members, kind));
}

interface Place {
  readonly at: number;
  readonly member: string;
  readonly cell: NamespaceCell;
}

function column(view: NamespacesView, members: readonly string[], kind: NamespaceKind): MiniColumn {
  const places = members.flatMap((member, at): readonly Place[] => {
    const row = view.rows.find((each) => each.member === member);
    const cell = row && cellOf(row, kind);
    return cell ? [{ at, member, cell }] : [];
  });
  const where = (holds: (cell: NamespaceCell) => boolean) =>
    places.filter(({ cell }) => holds(cell)).map(({ at }) => at);
  const isUnknown = (cell: NamespaceCell) =>
    cell.relation === "unknown" || (cell.relation !== "host" && cell.inode === null);
  const groups = byInode(places.filter(({ cell }) => cell.relation !== "host" && !isUnknown(cell)));
  return {
    kind,
    joined: groups.filter((each) => each.rows.length > 1),
    own: groups.flatMap((each) => (each.rows.length === 1 ? each.rows : [])),
    host: where((cell) => cell.relation === "host"),
    unknown: where(isUnknown),
  };
}

function byInode(places: readonly Place[]): readonly Joined[] {
  const found = new Map<number, Joined>();
  for (const { at, member, cell } of places) {
    const inode = cell.inode ?? 0;
    const before = found.get(inode);
    found.set(inode, { inode, owner: before?.owner ?? makerOf(cell, member), rows: [...(before?.rows ?? []), at] });
  }
  return [...found.values()];
}

/** Who made it; `member` itself, unless the cell says that it came to another's. */
function makerOf(cell: NamespaceCell, member: string): string {
  return cell.relation === "shares" ? cell.owner : member;
}

/** Runs of neighbours among rows: [0, 1, 3] is 0 to 1, and 3. */
export function runs(rows: readonly number[]): readonly (readonly [first: number, last: number])[] {
  const found: [number, number][] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last && last[1] === row - 1) last[1] = row;
    else found.push([row, row]);
  }
  return found;
}

function kinds(columns: readonly MiniColumn[], holds: (column: MiniColumn) => boolean): readonly string[] {
  return columns.filter(holds).map((each) => each.kind);
}

/** The sentence under the picture. */
export function sharing(columns: readonly MiniColumn[], members: readonly string[]): string {
  const running = members.filter((_, at) => columns.some((each) => rowsOf(each).includes(at)));
  if (running.length === 0) return "Nothing runs, so there are no namespaces.";
  if (running.length === 1) return `Only ${called(running[0] ?? "")} runs.`;
  const all = kinds(columns, (each) => each.joined.some((one) => one.rows.length === running.length));
  const some = kinds(columns, (each) => each.joined.length > 0).filter((kind) => !all.includes(kind));
  const who = running.length === members.length ? `All ${running.length}` : `The ${running.length} that run`;
  const said = all.length > 0 ? [`${who} share ${listed(all)}`] : [];
  if (some.length > 0) said.push(`${said.length > 0 ? "some" : "Some"} share ${listed(some)}`);
  return said.length > 0 ? `${said.join("; ")}.` : "They share no namespace of their own.";
}

/** For people who hear the picture. */
export function spokenMiniature(columns: readonly MiniColumn[], members: readonly string[]): string {
  const said = columns.flatMap((each) => each.joined.map((one) => spokenJoined(each.kind, one, members)));
  const own = kinds(columns, (each) => each.own.length > 0);
  const host = kinds(columns, (each) => each.host.length > 0);
  if (own.length > 0) said.push(`their own: ${listed(own)}`);
  if (host.length > 0) said.push(`the host's: ${listed(host)}`);
  return `Namespaces. ${said.join("; ")}.`;
}

function spokenJoined(kind: NamespaceKind, { owner, rows }: Joined, members: readonly string[]): string {
  return `${kind} of ${called(owner)} is shared by ${listed(rows.map((at) => called(members[at] ?? "")))}`;
}

function rowsOf(column: MiniColumn): readonly number[] {
  return [...column.joined.flatMap((each) => each.rows), ...column.own, ...column.host, ...column.unknown];
}
