// A switch, and what it means while it is on.
import { useId } from "react";
import { Switch } from "react-aria-components";

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
