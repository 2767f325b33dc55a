// A table of facts: named for those who hear it, and losing its last-worth columns first where it is narrow.
import type { ReactNode } from "react";

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
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

interface Props<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly groups: readonly Group<Row>[];
  readonly keyOf: (row: Row) => string | number;
  readonly look?: (row: Row) => string;
  /** Below which width of the pane the filling column has a line of its own: 480 px, or 700 px. */
  readonly wraps?: "narrow" | "half";
}

function classes<Row>(column: Column<Row>): string {
  const worth = `worth-${column.worth ?? 1}`;
  return [worth, column.align === "end" && "end", column.fills && "fills", column.own && "own"]
    .filter(Boolean)
    .join(" ");
}

export function FactTable<Row>({ caption, columns, groups, keyOf, look, wraps }: Props<Row>) {
  return (
    <table className={wraps ? `facts facts-${wraps}` : "facts"}>
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
            <tr key={keyOf(row)} className={look?.(row)}>
              {columns.map((column) => (
                <td key={column.head} className={classes(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
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
