// Always in reach: what the service thinks of the draft so far, and the press that makes a pod of it.
import { Button } from "../ui/button";
import type { Check } from "./use-check";

const SAID: Readonly<Record<Exclude<Check["state"], "unknown">, string>> = {
  idle: "",
  unreadable: "The YAML cannot be read.",
  checking: "Checking…",
  good: "Checked by the service",
  refused: "The service would refuse this pod.",
};

interface Props {
  readonly check: Check;
  readonly isBusy: boolean;
  readonly isEmpty: boolean;
  readonly onStartOver: () => void;
}

export function MakingBar({ check, isBusy, isEmpty, onStartOver }: Props) {
  return (
    <div className="making-bar">
      <Button kind="quiet" isDisabled={isEmpty} onPress={onStartOver}>
        Start over
      </Button>
      <span className={`making-check check-${check.state}`}>
        {check.state === "unknown" ? `Could not be checked: ${check.why}` : SAID[check.state]}
      </span>
      <Button kind="main" type="submit" isDisabled={isBusy}>
        {isBusy ? "Creating…" : "Create pod"}
      </Button>
    </div>
  );
}
