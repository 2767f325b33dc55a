// Sentences about a recording: what is kept of it, and what the moment shown lacks.
import type { Recording } from "../api/recording";
import type { LiveState } from "./live";
import { bytes, clock, visible } from "./text";

/** "2 h", "90 s": the setting is in seconds. */
function lasting(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

/** What is held and why not more. */
export function kept({ bounds, heldFrom, size, spans }: Recording): readonly string[] {
  if (bounds.size === 0) return ["This node records nothing: its setting is 0 bytes."];
  const { hertz, seconds } = bounds;
  const most = `the last ${bytes(bounds.size)} or ${lasting(seconds)}`;
  const dropped = heldFrom && ` What was before ${clock(heldFrom)} has been dropped.`;
  const seen = spans.length === 0 ? " Nobody has watched yet." : "";
  return [
    `Samples only while somebody watched, at most ${hertz} a second; what the engine did and the pod's status always.`,
    `Kept are ${most} of a pod; now ${bytes(size)}.${dropped}${seen}`,
  ];
}

/** What is true of the moment that shows. */
export function momentSentence({ recorded }: LiveState, mark: string): string {
  if (!recorded) return "The page shows the present.";
  const named = mark && ` (${visible(mark)})`;
  const when = `The page shows ${clock(recorded.at)}${named}.`;
  const gap = recorded.isGap ? " Nobody watched at that moment: processes, network and namespaces are not known." : "";
  const status = recorded.lacksStatus ? " No status was kept from then: members and conditions are those of now." : "";
  return `${when}${gap}${status}`;
}
