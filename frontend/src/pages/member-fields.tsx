// One member of a new pod, as a card that can be moved, copied, folded and removed.
import { useContext, useState } from "react";
import type { CatalogueImage } from "../api/client";
import type { Member } from "../state/form";
import { memberField, pairField, portField } from "../state/manifest";
import { Button } from "../ui/button";
import { Choice, Field, FieldErrors } from "../ui/field";
import { useLit } from "../ui/lit";
import { ImageField } from "./image-field";
import { PairRows } from "./pair-rows";
import { PortRows } from "./port-rows";

const PULL = [
  { value: "", label: "Default: Always for :latest, else IfNotPresent" },
  { value: "IfNotPresent", label: "IfNotPresent" },
  { value: "Always", label: "Always" },
  { value: "Never", label: "Never" },
];

export interface CardActions {
  readonly onMove: (by: -1 | 1) => void;
  readonly onDuplicate: () => void;
  readonly onRemove: () => void;
}

interface Props extends CardActions {
  readonly member: Member;
  readonly at: number;
  readonly of: number;
  readonly hue: string;
  readonly nextId: number;
  readonly hostPort: number;
  readonly images: readonly CatalogueImage[];
  readonly onChange: (change: Partial<Member>, nextId?: number) => void;
}

export function MemberFields(props: Props) {
  const { member, at, of, hue, onMove, onDuplicate, onRemove } = props;
  const [isFolded, setFolded] = useState(false);
  const errors = useContext(FieldErrors);
  // What is wrong is to be seen, folded or not.
  const isOpen = !isFolded || fieldsOf(member).some((field) => errors.of.has(field));
  const noun = `Member ${at + 1}`;
  const body = `member-${member.id}-fields`;
  return (
    <section
      className={`pane member-pane ${hue}`}
      aria-label={noun}
      {...useLit(`member:${member.name || noun.toLowerCase()}`)}
    >
      <header className="pane-head">
        <h2>
          <i className="swatch" aria-hidden="true" />
          {noun}
        </h2>
        <span className="aside mono">{[member.name, !isOpen && member.image].filter(Boolean).join(" · ")}</span>
        <div className="pane-actions">
          <CardActionButtons {...{ at, of, onMove, onDuplicate, onRemove }} id={member.id} />
          <Button
            kind="quiet"
            aria-label={`${isOpen ? "Fold" : "Unfold"} member ${at + 1}`}
            aria-expanded={isOpen}
            aria-controls={body}
            onPress={() => setFolded(isOpen)}
          >
            {isOpen ? "Fold" : "Unfold"}
          </Button>
        </div>
      </header>
      <div id={body} hidden={!isOpen}>
        <Body {...props} noun={noun} />
      </div>
    </section>
  );
}

/** Every id under which something of this member can be wrong. */
function fieldsOf(member: Member): readonly string[] {
  const parts = (["name", "image", "pull-policy", "command", "args", "working-dir"] as const).map((part) =>
    memberField(member.id, part),
  );
  const rows = member.env.flatMap((row) => [pairField(row.id, "name"), pairField(row.id, "value")]);
  const ports = member.ports.flatMap((port) =>
    (["container", "protocol", "host"] as const).map((part) => portField(port.id, part)),
  );
  return [...parts, ...rows, ...ports];
}

/** The buttons that move a card keep their place in the document, so that a key can be pressed again. */
function CardActionButtons({
  at,
  of,
  id,
  onMove,
  onDuplicate,
  onRemove,
}: CardActions & { at: number; of: number; id: number }) {
  return (
    <>
      {of > 1 && (
        <>
          <Button
            kind="quiet"
            id={`member-${id}-up`}
            aria-label={`Move member ${at + 1} up`}
            isDisabled={at === 0}
            onPress={() => onMove(-1)}
          >
            <span aria-hidden="true">↑</span>
          </Button>
          <Button
            kind="quiet"
            id={`member-${id}-down`}
            aria-label={`Move member ${at + 1} down`}
            isDisabled={at === of - 1}
            onPress={() => onMove(1)}
          >
            <span aria-hidden="true">↓</span>
          </Button>
        </>
      )}
      <Button kind="quiet" aria-label={`Duplicate member ${at + 1}`} onPress={onDuplicate}>
        Duplicate
      </Button>
      <Button kind="quiet" aria-label={`Remove member ${at + 1}`} onPress={onRemove}>
        Remove
      </Button>
    </>
  );
}

function Body({ member, noun, nextId, hostPort, images, onChange }: Props & { readonly noun: string }) {
  const field = (part: Parameters<typeof memberField>[1]) => memberField(member.id, part);
  return (
    <div className="fields">
      <Field
        mono
        id={field("name")}
        about={noun}
        label="name"
        value={member.name}
        onChange={(name) => onChange({ name })}
      />
      <ImageField
        id={field("image")}
        about={noun}
        value={member.image}
        pullPolicy={member.pullPolicy}
        images={images}
        onChange={(image) => onChange({ image })}
      />
      <Words member={member} noun={noun} onChange={onChange} />
      <PairRows
        noun={`${noun} variable`}
        title="Environment"
        add="Add variable"
        hint="KEY=VALUE lines can be pasted into a name. Whoever sees the pod sees its variables."
        pastes
        rows={member.env}
        nextId={nextId}
        onChange={(env, next) => onChange({ env }, next)}
      />
      <PortRows
        noun={`${noun} port`}
        rows={member.ports}
        nextId={nextId}
        hostPort={hostPort}
        onChange={(ports, next) => onChange({ ports }, next)}
      />
      <Rare member={member} noun={noun} onChange={onChange} />
    </div>
  );
}

type PartProps = Pick<Props, "member" | "onChange"> & { readonly noun: string };

function Words({ member, noun, onChange }: PartProps) {
  return (
    <>
      <Field
        mono
        lines={2}
        id={memberField(member.id, "command")}
        about={noun}
        label="command"
        value={member.command}
        onChange={(command) => onChange({ command })}
        description="One word a line, no shell. Replaces the image's entrypoint."
      />
      <Field
        mono
        lines={2}
        id={memberField(member.id, "args")}
        about={noun}
        label="arguments"
        value={member.args}
        onChange={(args) => onChange({ args })}
        description={'One argument a line, "a\\nb" for one of two lines. Replaces the image\'s command.'}
      />
    </>
  );
}

function Rare({ member, noun, onChange }: PartProps) {
  return (
    <details className="more" open={member.pullPolicy !== "" || member.workingDir !== ""}>
      <summary>Pull policy and working directory</summary>
      <div className="more-fields">
        <Choice
          id={memberField(member.id, "pull-policy")}
          about={noun}
          label="pull policy"
          value={member.pullPolicy}
          onChange={(pullPolicy) => onChange({ pullPolicy })}
          options={PULL}
          description="An image built on the node is used as it is, whatever the policy says."
        />
        <Field
          mono
          id={memberField(member.id, "working-dir")}
          about={noun}
          label="working directory"
          value={member.workingDir}
          onChange={(workingDir) => onChange({ workingDir })}
          input={{ placeholder: "the image's own" }}
        />
      </div>
    </details>
  );
}
