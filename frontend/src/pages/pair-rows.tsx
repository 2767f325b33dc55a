// Rows of name and value: labels, annotations, environment. KEY=VALUE lines can be pasted into a name.
import { type ClipboardEvent, useId } from "react";
import { type Pair, readPairs } from "../state/form";
import { pairField } from "../state/manifest";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { useFocusNext } from "../ui/focus";
import { PasteLines } from "./paste-lines";

interface Props {
  /** "Label", "Member 2 variable": what one row is called, with its number, by those who hear it. */
  readonly noun: string;
  readonly title: string;
  readonly add: string;
  readonly hint: string;
  /** Lines can be pasted into a dialog as well. */
  readonly pastes?: boolean;
  readonly rows: readonly Pair[];
  readonly nextId: number;
  readonly onChange: (rows: readonly Pair[], nextId: number) => void;
}

export function PairRows({ noun, title, add, hint, pastes, rows, nextId, onChange }: Props) {
  const change = (id: number, part: Partial<Pair>) => {
    onChange(
      rows.map((row) => (row.id === id ? { ...row, ...part } : row)),
      nextId,
    );
  };
  const adder = useId();
  const focusNext = useFocusNext();
  const addRow = () => {
    onChange([...rows, { id: nextId, name: "", value: "" }], nextId + 1);
    focusNext(pairField(nextId, "name"));
  };
  const remove = (at: number) => {
    onChange(rows.toSpliced(at, 1), nextId);
    const next = rows[at + 1];
    focusNext(next ? pairField(next.id, "name") : adder);
  };
  const append = (pairs: readonly Omit<Pair, "id">[]) => {
    const made = pairs.map((pair, index) => ({ ...pair, id: nextId + index }));
    onChange([...rows.filter((row) => row.name !== "" || row.value !== ""), ...made], nextId + made.length);
  };
  const paste = (at: number, event: ClipboardEvent) => {
    const pasted = event.clipboardData.getData("text");
    if (!/[=\n]/.test(pasted)) return;
    event.preventDefault();
    const made = readPairs(pasted).map((pair, index) => ({ ...pair, id: nextId + index }));
    const kept = rows.filter((row, index) => index !== at || row.value !== "");
    onChange([...kept.slice(0, at), ...made, ...kept.slice(at)], nextId + made.length);
    const last = made.at(-1);
    if (last) focusNext(pairField(last.id, "value"));
  };
  return (
    <fieldset className="rows">
      <legend className="label">{title}</legend>
      {rows.map((row, index) => (
        <PairRow
          key={row.id}
          noun={`${noun} ${index + 1}`}
          row={row}
          onChange={(part) => change(row.id, part)}
          onPaste={(event) => paste(index, event)}
          onRemove={() => remove(index)}
        />
      ))}
      <div className="row">
        <Button id={adder} kind="quiet" onPress={addRow}>
          {add}
        </Button>
        {pastes && <PasteLines noun={noun} onAdd={append} />}
        <span className="hint">{hint}</span>
      </div>
    </fieldset>
  );
}

interface RowProps {
  /** "Member 2 variable 1" */
  readonly noun: string;
  readonly row: Pair;
  readonly onChange: (part: Partial<Pair>) => void;
  readonly onPaste: (event: ClipboardEvent) => void;
  readonly onRemove: () => void;
}

function PairRow({ noun, row, onChange, onPaste, onRemove }: RowProps) {
  return (
    <div className="pair" onPaste={(event) => isName(event) && onPaste(event)}>
      <Field
        bare
        mono
        id={pairField(row.id, "name")}
        label={`${noun} name`}
        value={row.name}
        onChange={(name) => onChange({ name })}
        input={{ placeholder: "name" }}
      />
      <Field
        bare
        mono
        id={pairField(row.id, "value")}
        label={`${noun} value`}
        value={row.value}
        onChange={(value) => onChange({ value })}
        input={{ placeholder: "value" }}
      />
      <Button kind="quiet" aria-label={`Remove ${noun.toLowerCase()}`} onPress={onRemove}>
        Remove
      </Button>
    </div>
  );
}

function isName(event: ClipboardEvent): boolean {
  return event.target instanceof HTMLInputElement && event.target.id.endsWith("-name");
}
