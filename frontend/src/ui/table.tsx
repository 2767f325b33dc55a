// A table of facts: named for those who hear it, and losing its last-worth columns first where it is narrow.
import { type KeyboardEvent, memo, type ReactNode } from "react";
import { useLight } from "./lit";

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

interface Group<Row> {
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
  readonly isFirst: boolean;
  look?(row: Row): string;
  /** Rows that light can be walked with the arrow keys. */
  lit?(row: Row): Keys;
}

interface Props<Row> extends Pick<RowProps<Row>, "columns" | "look" | "lit"> {
  readonly caption: string;
  readonly groups: readonly Group<Row>[];
  readonly keyOf: (row: Row) => string | number;
  /** Below which width of the pane the filling column has a line of its own: 480 px, or 700 px. */
  readonly wraps?: "narrow" | "half";
}

function classes<Row>(column: Column<Row>): string {
  const worth = `worth-${column.worth ?? 1}`;
  return [worth, column.align === "end" && "end", column.fills && "fills", column.own && "own"]
    .filter(Boolean)
    .join(" ");
}

function Cells<Row>({ row, columns }: Pick<RowProps<Row>, "row" | "columns">) {
  return columns.map((column) => (
    <td key={column.head} className={classes(column)}>
      {column.cell(row)}
    </td>
  ));
}

function LitRow<Row>({ row, columns, look, isFirst, keys }: RowProps<Row> & { readonly keys: Keys }) {
  const { lights, answers } = keys;
  return (
    <tr className={look?.(row)} tabIndex={isFirst ? 0 : -1} {...useLight(lights, answers)}>
      <Cells row={row} columns={columns} />
    </tr>
  );
}

function AnyRow<Row>(props: RowProps<Row>) {
  if (props.lit) return <LitRow {...props} keys={props.lit(props.row)} />;
  return (
    <tr className={props.look?.(props.row)}>
      <Cells row={props.row} columns={props.columns} />
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

export function FactTable<Row>({ caption, columns, groups, keyOf, look, lit, wraps }: Props<Row>) {
  const first = groups.find((group) => group.rows.length > 0)?.rows[0];
  return (
    <table className={wraps ? `facts facts-${wraps}` : "facts"} onKeyDown={lit && walk}>
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.head} scope="col" className={classes(column)} title={column.title}>
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
            <KeptRow key={keyOf(row)} row={row} columns={columns} isFirst={row === first} look={look} lit={lit} />
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
