// Labelled inputs whose error is tied to them; whoever holds the errors hears of each change.
import { createContext, type ReactNode, useContext, useId } from "react";
import { FieldError, Input, type InputProps, Label, Switch, Text, TextArea, TextField } from "react-aria-components";

interface Errors {
  readonly of: ReadonlyMap<string, string>;
  readonly changed: (field: string) => void;
}

export const FieldErrors = createContext<Errors>({ of: new Map(), changed: () => undefined });

export interface Common {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly description?: ReactNode;
  /** What the label belongs to, where the eye sees that from the place: "Member 2". */
  readonly about?: string;
  /** The label is for those who hear it only; the place says it all. */
  readonly bare?: boolean;
}

/** One text, "Member 2 image", of which the eye gets the last part. */
export function Naming({ about, label }: { readonly about: string | undefined; readonly label: string }) {
  if (about === undefined) return label;
  return (
    <>
      <span className="unseen">{`${about} `}</span>
      {label}
    </>
  );
}

interface FieldProps extends Common {
  readonly lines?: number;
  readonly mono?: boolean;
  readonly input?: InputProps;
}

export function Field(props: FieldProps) {
  const { id, label, value, onChange, description, about, bare, lines, mono, input } = props;
  const errors = useContext(FieldErrors);
  const error = errors.of.get(id);
  const change = (next: string) => {
    errors.changed(id);
    onChange(next);
  };
  const look = mono ? "input mono" : "input";
  return (
    <TextField
      id={id}
      value={value}
      onChange={change}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      className="field"
    >
      <Label className={bare ? "unseen" : "label"}>
        <Naming about={about} label={label} />
      </Label>
      {lines ? (
        <TextArea rows={lines} className={look} spellCheck={false} />
      ) : (
        <Input className={look} autoComplete="off" spellCheck={false} {...input} />
      )}
      {/* One that has nothing to say yet stays in its place: it is looked for once. */}
      {description !== undefined && (
        <Text slot="description" className="hint">
          {description}
        </Text>
      )}
      <FieldError className="error">{error}</FieldError>
    </TextField>
  );
}

interface ChoiceProps extends Common {
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export function Choice({ id, label, value, onChange, description, about, bare, options }: ChoiceProps) {
  const errors = useContext(FieldErrors);
  const error = errors.of.get(id);
  const notes = useId();
  return (
    <div className="field">
      <label htmlFor={id} className={bare ? "unseen" : "label"}>
        <Naming about={about} label={label} />
      </label>
      <select
        id={id}
        value={value}
        className="input"
        aria-invalid={error !== undefined}
        aria-describedby={description || error ? notes : undefined}
        onChange={(event) => {
          errors.changed(id);
          onChange(event.target.value);
        }}
      >
        {/* A value that came from elsewhere than this list stays what it is. */}
        {options.every((option) => option.value !== value) && <option value={value}>{value}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <div id={notes}>
        {description && <span className="hint">{description}</span>}
        {error && <span className="error">{error}</span>}
      </div>
    </div>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (on: boolean) => void;
  readonly description: string;
}

export function Toggle({ label, isOn, onChange, description }: ToggleProps) {
  const hint = useId();
  return (
    <div className="field">
      <Switch isSelected={isOn} onChange={onChange} className="toggle" aria-describedby={hint}>
        <span className="track" aria-hidden="true" />
        {label}
      </Switch>
      <span id={hint} className="hint">
        {description}
      </span>
    </div>
  );
}
