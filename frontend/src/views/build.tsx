// How the pod came to be, call by call, as it happens; folded to one line once it runs.
import { memo, useState } from "react";
import type { StepView } from "../api/wire";
import { type Call, calls, total, waits } from "../state/build";
import type { PodFacts } from "../state/pod";
import { clock, counted, visible, zone } from "../state/text";
import { Empty, FoldingPane } from "../ui/pane";
import { type Column, FactTable, type Keys, whole } from "../ui/table";

const COLUMNS: readonly Column<Call>[] = [
  { head: "Time", worth: 2, cell: ({ step }) => <span className="mono faint">{clock(step.started)}</span> },
  { head: "What for", cell: (call) => <span className="call-what">{visible(call.what)}</span> },
  { head: "Call", worth: 3, cell: ({ step }) => <span className="mono faint">{`${step.verb} ${step.object}`}</span> },
  { head: "Took", cell: (call) => <Took call={call} /> },
  { head: "What it made", fills: true, cell: (call) => <Made call={call} /> },
];

function Took({ call }: { readonly call: Call }) {
  return (
    <span className="took">
      <svg className="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect className={call.isFailed ? "bar-bad" : ""} width={Math.max(1, call.share * 100)} height={8} rx={1} />
      </svg>
      <span className="mono">{call.step.ms} ms</span>
    </span>
  );
}

function Made({ call: { step, isFailed } }: { readonly call: Call }) {
  if (isFailed) return <span className="bad words">Failed: {visible(step.outcome)}</span>;
  return <span className="words call-made">{visible(step.effect) || "done"}</span>;
}

function keysOf({ step }: Call): Keys {
  const member = step.object === "pause" ? "" : step.object;
  return { lights: [`of:${member}`], answers: [`member:${member}`] };
}

interface Props {
  readonly pod: PodFacts;
  readonly steps: readonly StepView[];
}

export const Build = memo(function Build({ pod, steps }: Props) {
  const runs = pod.phase !== "Pending" && !pod.members.some((member) => member.state === "waiting");
  const [asked, ask] = useState<boolean | null>(null);
  const isOpen = asked ?? (!runs && !pod.deletedAt);
  const open = pod.deletedAt ? [] : waits(pod);
  const said = total(steps, pod);
  const sum = steps.reduce((all, step) => all + step.ms, 0);
  const count = `${counted(steps.length, "call")} to the engine, ${sum} ms in all`;
  return (
    <FoldingPane
      id="build"
      title="Build"
      what="calls"
      wide
      aside={said || count}
      note={steps.length > 0 && <p>{said ? `${count}; ${zone()}.` : `In the order in which they began; ${zone()}.`}</p>}
      isOpen={isOpen}
      onOpen={ask}
    >
      {() => (
        <>
          {steps.length === 0 ? (
            <Empty>The engine has not been asked for anything yet.</Empty>
          ) : (
            <FactTable
              caption="Engine calls"
              wraps="half"
              columns={COLUMNS}
              groups={whole(calls(steps))}
              keyOf={(call) => call.step.id}
              lit={keysOf}
            />
          )}
          {open.length > 0 && (
            <ul className="waits" aria-label="What is waited for">
              {open.map((wait) => (
                <li key={wait}>{visible(wait)}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </FoldingPane>
  );
});
