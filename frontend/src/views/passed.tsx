// Processes that came and went between two readings: no table of what runs could show them.
import { memo } from "react";
import type { Passed } from "../api/wire";
import { ending, lifetime } from "../state/processes";
import { visible } from "../state/text";
import { MemberName } from "../ui/member";
import { type Column, FactTable, type Keys, whole } from "../ui/table";

const COLUMNS: readonly Column<Passed>[] = [
  { head: "Member", cell: (each) => <MemberName member={each.member} /> },
  { head: "PID", align: "end", cell: (each) => each.pid || <span title="It ended before that could be read">?</span> },
  { head: "CMD", fills: true, cell: (each) => <span className="words">{visible(each.cmd)}</span> },
  { head: "Host PID", worth: 3, align: "end", cell: (each) => <span className="faint">{each.hostPid}</span> },
  { head: "Began", worth: 2, cell: (each) => each.started.slice(11, 23) },
  { head: "Lived", align: "end", cell: (each) => lifetime(each.lived) },
  { head: "End", cell: (each) => <span className={each.signal || each.exitCode ? "bad" : ""}>{ending(each)}</span> },
];

function keysOf({ member }: Passed): Keys {
  return { lights: [`of:${member}`], answers: [`member:${member}`] };
}

export const PassedBy = memo(function PassedBy({ passed }: { readonly passed: readonly Passed[] }) {
  return (
    <section className="part passed">
      <h3>Came and went between two readings</h3>
      <div className="mono scrolls">
        <FactTable
          caption="Came and went"
          wraps="narrow"
          columns={COLUMNS}
          groups={whole([...passed].reverse())}
          keyOf={(each) => `${each.hostPid} ${each.started}`}
          lit={keysOf}
        />
      </div>
    </section>
  );
});
