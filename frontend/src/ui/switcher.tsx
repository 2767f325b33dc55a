// One of a few, all of them to be seen: the browser's own radio buttons, which weigh nothing.
import { useId } from "react";

interface Props<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly look?: string;
}

export function Switcher<Value extends string>({ label, value, onChange, options, look = "" }: Props<Value>) {
  const name = useId();
  return (
    <fieldset className={`switcher ${look}`}>
      <legend className="unseen">{label}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            className="unseen"
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
