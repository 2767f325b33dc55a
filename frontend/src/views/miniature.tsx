// The namespace matrix of a card: a bar joins who sits in one namespace, a square is one's own, a ring is the host's.
import type { NamespacesView } from "../api/wire";
import { type Joined, type MiniColumn, miniature, runs, sharing, spokenMiniature } from "../state/miniature";
import { called, KINDS } from "../state/namespaces";
import { useHue } from "../ui/hue";
import { MemberName } from "../ui/member";

const WIDE = 28;
const HIGH = 24;
const HALF = 9;

interface Props {
  /** In the pod's order, without pause. */
  readonly members: readonly string[];
  readonly view: NamespacesView | null;
  /** What is said while there is nothing to show. */
  readonly later: string;
  /** What is shown may be old. */
  readonly isOld: boolean;
}

export function Miniature({ members, view, later, isOld }: Props) {
  const rows = ["", ...members];
  const columns = view ? miniature(view, rows) : [];
  return (
    <div className="mini">
      <div className={isOld ? "mini-picture mini-old" : "mini-picture"}>
        <ul className="mini-rows" aria-label="Members">
          {rows.map((member) => (
            <li key={called(member)}>
              <MemberName member={member} />
            </li>
          ))}
        </ul>
        <svg
          viewBox={`0 0 ${KINDS.length * WIDE} ${(rows.length + 1) * HIGH}`}
          className="mini-matrix"
          role="img"
          aria-label={view ? spokenMiniature(columns, rows) : `Namespaces: ${later}`}
        >
          {KINDS.map((kind, at) => (
            <text key={kind} x={at * WIDE + WIDE / 2} y={15} textAnchor="middle">
              {SHORT[kind]}
            </text>
          ))}
          {columns.map((column, at) => (
            <Column key={column.kind} column={column} x={at * WIDE + WIDE / 2} />
          ))}
          {!view && <Blank rows={rows.length} />}
        </svg>
      </div>
      <p className="mini-said">
        {view && isOld && "As last read: "}
        {view ? sharing(columns, rows) : later}
      </p>
    </div>
  );
}

const SHORT = {
  net: "net",
  ipc: "ipc",
  pid: "pid",
  uts: "uts",
  mnt: "mnt",
  cgroup: "cg",
  user: "usr",
  time: "tim",
} satisfies Record<(typeof KINDS)[number], string>;

/** The middle of a row; the heads are above the first. */
function middle(row: number): number {
  return (row + 1) * HIGH + HIGH / 2;
}

function Column({ column, x }: { readonly column: MiniColumn; readonly x: number }) {
  return (
    <g>
      {column.joined.map((joined) => (
        <Bar key={joined.inode} joined={joined} x={x} />
      ))}
      {column.own.map((row) => (
        <rect key={row} className="mini-own" x={x - 6} y={middle(row) - 6} width={12} height={12} rx={3} />
      ))}
      {column.host.map((row) => (
        <circle key={row} className="mini-host" cx={x} cy={middle(row)} r={5} />
      ))}
      {column.unknown.map((row) => (
        <text key={row} className="mini-unknown" x={x} y={middle(row) + 4} textAnchor="middle">
          ?
        </text>
      ))}
    </g>
  );
}

/** Rows that stand together are one piece; a line leads past those that do not belong. */
function Bar({ joined, x }: { readonly joined: Joined; readonly x: number }) {
  const hue = useHue();
  const first = joined.rows[0] ?? 0;
  const last = joined.rows.at(-1) ?? first;
  return (
    <g className={`mini-joined ${hue(joined.owner)}`}>
      <line x1={x} x2={x} y1={middle(first)} y2={middle(last)} />
      {runs(joined.rows).map(([from, to]) => (
        <rect
          key={from}
          x={x - HALF}
          y={middle(from) - HALF}
          width={2 * HALF}
          height={middle(to) - middle(from) + 2 * HALF}
          rx={HALF - 3}
        />
      ))}
      {joined.rows.map((row) => (
        <circle key={row} cx={x} cy={middle(row)} r={3} />
      ))}
    </g>
  );
}

function Blank({ rows }: { readonly rows: number }) {
  return KINDS.flatMap((kind, at) =>
    Array.from({ length: rows }, (_, row) => {
      const key = `${kind} ${row}`;
      return <circle key={key} className="mini-blank" cx={at * WIDE + WIDE / 2} cy={middle(row)} r={2} />;
    }),
  );
}
