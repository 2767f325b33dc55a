// A table of facts: named for those who hear it, and losing its last-worth columns first where it is narrow.
import { type KeyboardEvent, memo, type ReactNode, type SyntheticEvent, useMemo } from "react";
import { useLights } from "./lit";

export interface Column<Row> {
  readonly head: string;
  // A method, so that a column of rows passes for one of anything where `memo` forgot what the rows are.
  cell(row: Row): ReactNode;
  /** 1 stays always, 2 goes on a narrow pane, 3 goes first. */
  readonly worth?: 1 | 2 | 3;
  readonly align?: "end";
  /** Takes the room that is left, and wraps; see `wraps` of the table. */
  readonly fills?: boolean;
  /** On a narrow pane it has a line of its own. */
  readonly own?: boolean;
  /** Long words for a short head. */
  readonly title?: string;
}

export interface Group<Row> {
  readonly key: string;
  readonly head: ReactNode;
  readonly rows: readonly Row[];
}

/** Keys of `ui/lit`: what a row gives off under the pointer or the focus, and what it lights with. */
export interface Keys {
  readonly lights: readonly string[];
  readonly answers: readonly string[];
}

interface RowProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly classes: readonly string[];
  readonly look: string;
  /** Lit or not, in a table whose rows light. */
  readonly isLit?: boolean | undefined;
  readonly isFirst: boolean;
  readonly id: string | number;
}

interface Props<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly groups: readonly Group<Row>[];
  readonly keyOf: (row: Row) => string | number;
  readonly look?: (row: Row) => string;
  /** Rows that light can be walked with the arrow keys. */
  readonly lit?: (row: Row) => Keys;
  /** Below which width of the pane the filling column has a line of its own: 480 px, or 700 px. */
  readonly wraps?: "narrow" | "half";
}

function classOf<Row>(column: Column<Row>): string {
  const worth = `worth-${column.worth ?? 1}`;
  return [worth, column.align === "end" && "end", column.fills && "fills", column.own && "own"]
    .filter(Boolean)
    .join(" ");
}

function AnyRow<Row>({ row, columns, classes, look, isLit, isFirst, id }: RowProps<Row>) {
  const walked = isLit === undefined ? {} : { tabIndex: isFirst ? 0 : -1, "data-lit": isLit, "data-row": id };
  return (
    <tr className={look} {...walked}>
      {columns.map((column, at) => (
        <td key={column.head} className={classes[at]}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

// A row whose facts are those of the last sample is not drawn again.
const KeptRow = memo(AnyRow);

const STEP: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** Up and down from row to row: one stop of the Tab key is enough for a table. */
function walk(event: KeyboardEvent<HTMLTableElement>) {
  const step = STEP[event.key];
  if (step === undefined || !(event.target instanceof HTMLTableRowElement)) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLTableRowElement>("tr[tabindex]")];
  const next = rows[rows.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** What a table needs so that its rows light: one subscription and one set of handlers for all of them. */
function useRowLights<Row>({ groups, keyOf, lit }: Pick<Props<Row>, "groups" | "keyOf" | "lit">) {
  const lights = useLights();
  if (!lit) return { isLit: () => undefined, handlers: {} };
  const keysAt = (target: EventTarget): readonly string[] | null => {
    const id = target instanceof Element ? target.closest<HTMLElement>("tr[data-row]")?.dataset.row : undefined;
    if (id === undefined) return null;
    const found = groups.flatMap((group) => group.rows).find((row) => String(keyOf(row)) === id);
    return found === undefined ? null : lit(found).lights;
  };
  return {
    isLit: (row: Row) => lights.lit.size > 0 && lit(row).answers.some((key) => lights.lit.has(key)),
    handlers: {
      onKeyDown: walk,
      onPointerOver: ({ target }: SyntheticEvent) => lights.hold("pointer", keysAt(target)),
      onPointerLeave: () => lights.hold("pointer", null),
      onFocus: ({ target }: SyntheticEvent) => lights.hold("focus", keysAt(target)),
      onBlur: () => lights.hold("focus", null),
    },
  };
}

export function FactTable<Row>({ caption, columns, groups, keyOf, look, lit, wraps }: Props<Row>) {
  const first = groups.find((group) => group.rows.length > 0)?.rows[0];
  const classes = useMemo(() => columns.map(classOf), [columns]);
  const { isLit, handlers } = useRowLights({ groups, keyOf, ...(lit && { lit }) });
  return (
    <table className={wraps ? `facts facts-${wraps}` : "facts"} {...handlers}>
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column, at) => (
            <th key={column.head} scope="col" className={classes[at]} title={column.title}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      {groups.map((group) => (
        <tbody key={group.key}>
          {group.head && (
            <tr className="group">
              <th scope="rowgroup" colSpan={columns.length}>
                {group.head}
              </th>
            </tr>
          )}
          {group.rows.map((row) => (
            <KeptRow
              key={keyOf(row)}
              id={keyOf(row)}
              row={row}
              columns={columns}
              classes={classes}
              isFirst={row === first}
              look={look?.(row) ?? ""}
              isLit={isLit(row)}
            />
          ))}
        </tbody>
      ))}
    </table>
  );
}

/** The one group of a table that has no groups. */
export function whole<Row>(rows: readonly Row[]): readonly Group<Row>[] {
  return [{ key: "all", head: null, rows }];
}

/** The same rows in parts of `size`: what is far out of sight need then not be laid out. */
export function chunked<Row>(groups: readonly Group<Row>[], size: number): readonly Group<Row>[] {
  return groups.flatMap(({ key, head, rows }) =>
    Array.from({ length: Math.ceil(rows.length / size) }, (_, at) => ({
      key: `${key} ${at}`,
      head: at === 0 ? head : null,
      rows: rows.slice(at * size, (at + 1) * size),
    })),
  );
}
