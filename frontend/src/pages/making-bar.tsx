// Always in reach: what the service thinks of the draft so far, and the press that makes a pod of it.
import { Button } from "../ui/button";
import type { Check } from "./use-check";

const SAID: Readonly<Record<Exclude<Check["state"], "unknown"> | "unfinished", string>> = {
  idle: "",
  unreadable: "The YAML cannot be read.",
  checking: "Checking…",
  good: "Checked by the service",
  refused: "The service would refuse this pod.",
  unfinished: "Not complete yet",
};

interface Props {
  readonly check: Check;
  /** Something that is wrong is marked; else only what was not filled in yet is. */
  readonly isMarked: boolean;
  readonly isBusy: boolean;
  readonly isEmpty: boolean;
  readonly onStartOver: () => void;
}

export function MakingBar({ check, isMarked, isBusy, isEmpty, onStartOver }: Props) {
  const state = check.state === "refused" && !isMarked ? "unfinished" : check.state;
  return (
    <div className="making-bar">
      <Button kind="quiet" isDisabled={isEmpty} onPress={onStartOver}>
        Start over
      </Button>
      <span className={`making-check check-${state}`}>
        {check.state === "unknown" ? `Could not be checked: ${check.why}` : SAID[state === "unknown" ? "idle" : state]}
      </span>
      <Button kind="main" type="submit" isDisabled={isBusy}>
        {isBusy ? "Creating…" : "Create pod"}
      </Button>
    </div>
  );
}
