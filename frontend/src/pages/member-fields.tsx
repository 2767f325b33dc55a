// One member of a new pod.
import type { CatalogueImage } from "../api/client";
import { noteOn } from "../state/catalogue";
import type { Member } from "../state/form";
import { memberField } from "../state/manifest";
import { Button } from "../ui/button";
import { Choice, Field } from "../ui/field";
import { PairRows } from "./pair-rows";
import { PortRows } from "./port-rows";

/** The id of the datalist that the page fills from the catalogue. */
export const IMAGES = "images";

const PULL = [
  { value: "", label: "Default: Always for :latest, else IfNotPresent" },
  { value: "IfNotPresent", label: "IfNotPresent" },
  { value: "Always", label: "Always" },
  { value: "Never", label: "Never" },
];

interface Props {
  readonly member: Member;
  readonly at: number;
  readonly hue: string;
  readonly nextId: number;
  readonly images: readonly CatalogueImage[];
  readonly onChange: (change: Partial<Member>, nextId?: number) => void;
  readonly onDuplicate: () => void;
  readonly onRemove: () => void;
}

export function MemberFields({ member, at, hue, nextId, images, onChange, onDuplicate, onRemove }: Props) {
  const noun = `Member ${at + 1}`;
  const field = (part: Parameters<typeof memberField>[1]) => memberField(member.id, part);
  return (
    <section className={`pane member-pane ${hue}`} aria-label={noun}>
      <header className="pane-head">
        <h2>
          <i className="swatch" aria-hidden="true" />
          {noun}
        </h2>
        <span className="aside mono">{member.name}</span>
        <div className="pane-actions">
          <Button kind="quiet" aria-label={`Duplicate member ${at + 1}`} onPress={onDuplicate}>
            Duplicate
          </Button>
          <Button kind="quiet" aria-label={`Remove member ${at + 1}`} onPress={onRemove}>
            Remove
          </Button>
        </div>
      </header>
      <div className="fields">
        <Field
          mono
          id={field("name")}
          about={noun}
          label="name"
          value={member.name}
          onChange={(name) => onChange({ name })}
        />
        <Field
          mono
          id={field("image")}
          about={noun}
          label="image"
          value={member.image}
          onChange={(image) => onChange({ image })}
          input={{ list: IMAGES }}
          description={noteOn(images, member.image)}
        />
        <Choice
          id={field("pull-policy")}
          about={noun}
          label="pull policy"
          value={member.pullPolicy}
          onChange={(pullPolicy) => onChange({ pullPolicy })}
          options={PULL}
          description="An image built on the node is used as it is, whatever the policy says."
        />
        <Field
          mono
          id={field("working-dir")}
          about={noun}
          label="working directory"
          value={member.workingDir}
          onChange={(workingDir) => onChange({ workingDir })}
          input={{ placeholder: "the image's own" }}
        />
        <Field
          mono
          lines={2}
          id={field("command")}
          about={noun}
          label="command"
          value={member.command}
          onChange={(command) => onChange({ command })}
          description="One word a line, no shell. Replaces the image's entrypoint."
        />
        <Field
          mono
          lines={2}
          id={field("args")}
          about={noun}
          label="arguments"
          value={member.args}
          onChange={(args) => onChange({ args })}
          description="One argument a line. Replaces the image's command."
        />
        <PairRows
          noun={`${noun} variable`}
          title="Environment"
          add="Add variable"
          hint="KEY=VALUE lines can be pasted into a name."
          rows={member.env}
          nextId={nextId}
          onChange={(env, next) => onChange({ env }, next)}
        />
        <PortRows
          noun={`${noun} port`}
          rows={member.ports}
          nextId={nextId}
          onChange={(ports, next) => onChange({ ports }, next)}
        />
      </div>
    </section>
  );
}
