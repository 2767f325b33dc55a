// The part of the form that is about the pod as a whole.
import type { Form } from "../state/form";
import { FIELD } from "../state/manifest";
import { Choice, Field } from "../ui/field";
import { Toggle } from "../ui/toggle";
import { PairRows } from "./pair-rows";
import { PodPorts } from "./pod-ports";

const RESTART = [
  { value: "", label: "Default: Always" },
  ...["Always", "OnFailure", "Never"].map((value) => ({ value, label: value })),
];

interface Props {
  readonly form: Form;
  readonly setForm: (change: (form: Form) => Form) => void;
}

export function PodFields({ form, setForm }: Props) {
  const change = (part: Partial<Form>) => setForm((last) => ({ ...last, ...part }));
  return (
    <section className="pane hue-pause" aria-label="Pod">
      <header className="pane-head">
        <h2>
          <i className="swatch" aria-hidden="true" />
          Pod
        </h2>
        <span className="aside">held by pause, which owns what the members share</span>
      </header>
      <div className="fields">
        <Field mono id={FIELD.name} label="Pod name" value={form.name} onChange={(name) => change({ name })} />
        <Field
          mono
          id={FIELD.hostname}
          label="Hostname"
          value={form.hostname}
          onChange={(hostname) => change({ hostname })}
          input={{ placeholder: form.name || "the pod's name" }}
        />
        <Choice
          id={FIELD.restartPolicy}
          label="Restart policy"
          value={form.restartPolicy}
          onChange={(restartPolicy) => change({ restartPolicy })}
          options={RESTART}
        />
        <Field
          mono
          id={FIELD.grace}
          label="Grace period, seconds"
          value={form.grace}
          onChange={(grace) => change({ grace })}
          input={{ inputMode: "numeric", placeholder: "30" }}
        />
        <Toggle
          label="Share the process namespace"
          isOn={form.sharesProcesses}
          onChange={(sharesProcesses) => change({ sharesProcesses })}
          description={
            form.sharesProcesses
              ? "Members see and can signal each other's processes. pause is PID 1 and reaps orphans."
              : "Each member sees its own processes only, and its first one is PID 1."
          }
        />
        <PodPorts form={form} />
        <Marks form={form} change={change} />
      </div>
    </section>
  );
}

interface MarksProps {
  readonly form: Form;
  readonly change: (part: Partial<Form>) => void;
}

function Marks({ form, change }: MarksProps) {
  return (
    <details className="more" open={form.labels.length + form.annotations.length > 0}>
      <summary>Labels and annotations</summary>
      <PairRows
        noun="Label"
        title="Labels"
        add="Add label"
        hint=""
        rows={form.labels}
        nextId={form.nextId}
        onChange={(labels, nextId) => change({ labels, nextId })}
      />
      <PairRows
        noun="Annotation"
        title="Annotations"
        add="Add annotation"
        hint=""
        rows={form.annotations}
        nextId={form.nextId}
        onChange={(annotations, nextId) => change({ annotations, nextId })}
      />
    </details>
  );
}
