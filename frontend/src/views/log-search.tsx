// A text looked for in a log: how many lines have it, and the way from one to the next.
import { Input, Label, TextField } from "react-aria-components";
import { Button } from "../ui/button";

interface Props {
  readonly wanted: string;
  readonly onWanted: (wanted: string) => void;
  /** Lines that have it. */
  readonly count: number;
  /** Which of them is looked at, from 0. */
  readonly at: number;
  readonly onGo: (at: number) => void;
}

export function LogSearch({ wanted, onWanted, count, at, onGo }: Props) {
  const step = (by: number) => {
    // From nowhere the one before is the last.
    const here = at < 0 && by < 0 ? 0 : Math.min(at, count - 1);
    if (count > 0) onGo((here + by + count) % count);
  };
  const change = (text: string) => {
    onWanted(text);
    // Nowhere yet, so that the next is the first.
    if (wanted === "") onGo(-1);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a search element is not known to every reader yet
    <div className="log-search" role="search">
      <TextField value={wanted} onChange={change}>
        <Label className="unseen">Search the log</Label>
        <Input
          className="input"
          type="search"
          placeholder="Search"
          autoComplete="off"
          spellCheck={false}
          onKeyDown={(event) => event.key === "Enter" && step(event.shiftKey ? -1 : 1)}
        />
      </TextField>
      {wanted !== "" && (
        <>
          <span className="hint" role="status">
            {count === 0 ? "in no line" : at < 0 ? `in ${count} lines` : `${Math.min(at, count - 1) + 1} of ${count}`}
          </span>
          <Button kind="quiet" isDisabled={count === 0} onPress={() => step(-1)}>
            Previous match
          </Button>
          <Button kind="quiet" isDisabled={count === 0} onPress={() => step(1)}>
            Next match
          </Button>
        </>
      )}
    </div>
  );
}
