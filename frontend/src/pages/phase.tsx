// A pod's phase as a word with a light; the word alone says it all.
const LOOK: Readonly<Record<string, string>> = {
  Running: "ok",
  Succeeded: "ok",
  Pending: "wait",
  Terminating: "wait",
  // Asked for, not sent: it can be undone.
  "Will be deleted": "wait",
  Failed: "bad",
  Stopped: "off",
  Gone: "off",
};

export function Phase({ word }: { readonly word: string }) {
  return (
    <span className={`chip chip-${LOOK[word] ?? "wait"}`}>
      <i aria-hidden="true" />
      {word}
    </span>
  );
}
