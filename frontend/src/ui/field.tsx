// Labelled inputs whose error is tied to them; whoever holds the errors hears of each change.
import { type ChangeEvent, createContext, type InputHTMLAttributes, type ReactNode, useContext, useId } from "react";

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

/** What stands under an input: what it is for, and what is wrong with it. */
function Notes({ of, description, error }: NotesProps) {
  return (
    <>
      {description !== undefined && (
        <span id={`${of}-hint`} className="hint">
          {description}
        </span>
      )}
      {error !== undefined && (
        <span id={`${of}-error`} className="error">
          {error}
        </span>
      )}
    </>
  );
}

interface NotesProps {
  readonly of: string;
  readonly description: ReactNode;
  readonly error: string | undefined;
}

/** Both for the input itself: that it is wrong, and which notes are its own. */
function noted({ of, description, error }: NotesProps) {
  const ids = [description !== undefined && `${of}-hint`, error !== undefined && `${of}-error`].filter(Boolean);
  return { "aria-invalid": error !== undefined || undefined, "aria-describedby": ids.join(" ") || undefined };
}

interface FieldProps extends Common {
  readonly lines?: number;
  readonly mono?: boolean;
  readonly input?: InputHTMLAttributes<HTMLInputElement>;
}

/** A line of text, or several: the browser's own inputs, which weigh nothing. */
export function Field(props: FieldProps) {
  const { id, label, value, onChange, description, about, bare, lines, mono, input } = props;
  const errors = useContext(FieldErrors);
  const notes = { of: useId(), description, error: errors.of.get(id) };
  const common = {
    id,
    value,
    className: mono ? "input mono" : "input",
    spellCheck: false,
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      errors.changed(id);
      onChange(event.target.value);
    },
    ...noted(notes),
  };
  return (
    <div className="field">
      <label htmlFor={id} className={bare ? "unseen" : "label"}>
        <Naming about={about} label={label} />
      </label>
      {lines ? <textarea {...common} rows={lines} /> : <input type="text" autoComplete="off" {...common} {...input} />}
      <Notes {...notes} />
    </div>
  );
}

interface ChoiceProps extends Common {
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export function Choice({ id, label, value, onChange, description, about, bare, options }: ChoiceProps) {
  const errors = useContext(FieldErrors);
  const notes = { of: useId(), description, error: errors.of.get(id) };
  return (
    <div className="field">
      <label htmlFor={id} className={bare ? "unseen" : "label"}>
        <Naming about={about} label={label} />
      </label>
      <select
        id={id}
        value={value}
        className="input"
        {...noted(notes)}
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
      <Notes {...notes} />
    </div>
  );
}
