// Which namespaces pause and the members have: what is shared wears its owner's colour, what is the host's is hollow.
import type { ReactNode } from "react";
import type { NamespaceCell, NamespaceKind, NamespacesView } from "../api/wire";
import { called, cellOf, KINDS, letters, sentences, spoken } from "../state/namespaces";
import { Crown } from "../ui/crown";
import { useHue } from "../ui/hue";
import { MemberName } from "../ui/member";
import { Empty, Pane } from "../ui/pane";

interface Props {
  readonly view: NamespacesView | undefined;
  readonly later: ReactNode;
}

export function Namespaces({ view, later }: Props) {
  if (!view || view.rows.length === 0) {
    return <Pane title="Namespaces">{view ? <Empty>Nothing runs, so there are no namespaces.</Empty> : later}</Pane>;
  }
  const marks = new Map(KINDS.map((kind) => [kind, letters(view, kind)]));
  return (
    <Pane
      title="Namespaces"
      aside={<Legend />}
      note={sentences(view).map((said) => (
        <p key={said.text} className={worth(Math.min(...said.kinds.map((kind) => KINDS.indexOf(kind))))}>
          {said.text}
        </p>
      ))}
    >
      <table className="matrix">
        <caption className="unseen">Namespaces</caption>
        <thead>
          <tr>
            <td />
            {KINDS.map((kind, at) => (
              <th key={kind} scope="col" className={worth(at)}>
                {kind}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {view.rows.map((row) => (
            <tr key={called(row.member)}>
              <th scope="row">
                <MemberName member={row.member} />
              </th>
              {KINDS.map((kind, at) => (
                <td key={kind} className={worth(at)}>
                  <Cell cell={cellOf(row, kind)} member={row.member} mark={marks.get(kind)} kind={kind} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Pane>
  );
}

function Legend() {
  return (
    <>
      same colour and letter: the same namespace ·{" "}
      <span className="hue-pause legend">
        <Crown />: made by
      </span>
    </>
  );
}

// Columns stand in the order of their worth: on a narrow screen the last go first.
function worth(at: number): string {
  return at < 5 ? "worth-1" : "worth-2";
}

interface CellProps {
  readonly cell: NamespaceCell | undefined;
  readonly member: string;
  readonly kind: NamespaceKind;
  readonly mark: ReadonlyMap<number, string> | undefined;
}

function Cell({ cell, member, kind, mark }: CellProps) {
  const hue = useHue();
  if (!cell || cell.relation === "unknown") {
    return (
      <span className="cell cell-unknown" title={`${kind}: could not be read`}>
        ?
      </span>
    );
  }
  const colour = cell.relation === "owns" ? hue(member) : cell.relation === "shares" ? hue(cell.owner) : "";
  return (
    <span className={`cell cell-${cell.relation} ${colour}`} title={spoken(cell)}>
      <span>
        {cell.relation === "host" ? "host" : (cell.inode !== null && mark?.get(cell.inode)) || ""}
        {cell.relation === "owns" && <Crown />}
      </span>
      <small>
        <Inode inode={cell.inode} />
      </small>
      <span className="unseen">{spoken(cell)}</span>
    </span>
  );
}

/** All digits are there to read and copy; where room is short the style hides the first ones, which are all alike. */
function Inode({ inode }: { readonly inode: number | null }) {
  if (inode === null) return "?";
  const digits = String(inode);
  return (
    <>
      <span className="digits-first">{digits.slice(0, -4)}</span>
      {digits.slice(-4)}
    </>
  );
}
