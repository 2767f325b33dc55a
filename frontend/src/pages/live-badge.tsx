// How current the page is, in words that are true at this moment.
import { type Liveness, type LiveState, liveness } from "../state/live";
import { clock } from "../state/text";
import { useNow } from "../ui/clock";

const LOOK = {
  connecting: "wait",
  live: "ok",
  waiting: "wait",
  ending: "wait",
  reconnecting: "wait",
  stale: "bad",
  recorded: "past",
  gone: "off",
} satisfies Record<Liveness["state"], string>;

function words(now: Liveness): string {
  switch (now.state) {
    case "connecting":
      return "connecting";
    case "live":
      return "live";
    case "waiting":
      return "waiting: nothing runs yet";
    case "ending":
      return "ending";
    case "reconnecting":
      return `reconnecting since ${clock(now.since)}`;
    case "stale":
      return now.asOf === null ? "stale: nothing read yet" : `stale, as of ${clock(now.asOf)}`;
    case "recorded":
      return `recorded, ${clock(now.at)}`;
    case "gone":
      return "gone";
  }
}

export function LiveBadge({ state }: { readonly state: LiveState }) {
  const now = liveness(state, useNow(500));
  const reason = "reason" in now ? now.reason : "";
  return (
    <span
      className={`chip chip-${LOOK[now.state]}`}
      role="status"
      aria-label={`Connection: ${words(now)}`}
      title={reason}
    >
      <i aria-hidden="true" />
      {words(now)}
    </span>
  );
}
