// What the playground asked of the engine for this pod, newest first.
import type { StepView } from "../api/wire";
import { clock, counted, visible, zone } from "../state/text";
import { Empty, Pane } from "../ui/pane";
import { Short } from "../ui/short";
import { type Column, FactTable, whole } from "../ui/table";

const COLUMNS: readonly Column<StepView>[] = [
  { head: "Time", worth: 2, cell: (step) => <span className="mono faint">{clock(step.started)}</span> },
  { head: "Call", cell: (step) => <span className="mono">{step.verb}</span> },
  { head: "Object", cell: (step) => <Short mono text={visible(step.object)} /> },
  { head: "ms", align: "end", cell: (step) => <span className="mono">{step.ms}</span> },
  { head: "Outcome", fills: true, cell: (step) => <Outcome step={step} /> },
];

function Outcome({ step }: { readonly step: StepView }) {
  return (
    <>
      <span className={step.outcome === "ok" ? "good" : "bad words"}>{visible(step.outcome)}</span>{" "}
      <span className="faint words">{visible(step.effect)}</span>
    </>
  );
}

export function Steps({ steps }: { readonly steps: readonly StepView[] }) {
  const total = steps.reduce((sum, step) => sum + step.ms, 0);
  const aside = `${counted(steps.length, "call")}, ${total} ms in all, newest first, ${zone()}`;
  const newest = [...steps].sort((a, b) => b.id - a.id);
  return (
    <Pane title="Engine calls" aside={steps.length > 0 ? aside : undefined} wide>
      {steps.length === 0 ? (
        <Empty>The engine has not been asked for anything yet.</Empty>
      ) : (
        <FactTable
          caption="Engine calls"
          wraps="narrow"
          columns={COLUMNS}
          groups={whole(newest)}
          keyOf={(step) => step.id}
        />
      )}
    </Pane>
  );
}
