// What the playground asked of the engine for this pod, newest first.
import type { StepView } from "../api/wire";
import { clock, visible } from "../state/text";
import { Empty, Pane } from "../ui/pane";
import { type Column, FactTable, whole } from "../ui/table";

const COLUMNS: readonly Column<StepView>[] = [
  { head: "Time", worth: 2, cell: (step) => <span className="mono faint">{clock(step.started)}</span> },
  { head: "Call", cell: (step) => <span className="mono">{step.verb}</span> },
  { head: "Object", fills: true, cell: (step) => <span className="mono words">{visible(step.object)}</span> },
  { head: "ms", align: "end", cell: (step) => <span className="mono">{step.ms}</span> },
  {
    head: "Outcome",
    cell: (step) => <span className={step.outcome === "ok" ? "" : "words"}>{visible(step.outcome)}</span>,
  },
  { head: "Effect", worth: 3, cell: (step) => <span className="mono faint words">{visible(step.effect)}</span> },
];

export function Steps({ steps }: { readonly steps: readonly StepView[] }) {
  const total = steps.reduce((sum, step) => sum + step.ms, 0);
  const newest = [...steps].sort((a, b) => b.id - a.id);
  return (
    <Pane title="Engine calls" aside={steps.length > 0 ? `${steps.length} calls, ${total} ms in all` : undefined} wide>
      {steps.length === 0 ? (
        <Empty>The engine has not been asked for anything yet.</Empty>
      ) : (
        <FactTable caption="Engine calls" columns={COLUMNS} groups={whole(newest)} keyOf={(step) => step.id} />
      )}
    </Pane>
  );
}
