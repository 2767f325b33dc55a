// What stands in a pod's way, in a word for the list and a sentence for the panes; remedies.ts says what to press.
import { type Condition, isStopped, type PodFacts, troubled } from "./pod";

/** False ones say why nothing can run at all; the others only follow from what the members do. */
const DECIDING: readonly string[] = ["PodScheduled", "PodReadyToStartContainers"];

/** The conditions that decide, and are not met. */
export function failed(pod: PodFacts): readonly Condition[] {
  return pod.conditions.filter(
    (each) => DECIDING.includes(each.type) && each.status === "False" && (each.reason !== "" || each.message !== ""),
  );
}

const LONG = 100;

/** The last part of an engine's message that still says what and where: it wraps each cause in the next one's words. */
export function shortened(message: string): string {
  const socket = /\b(?:listen|dial) (?:tcp|udp)\d? (\S+: .+)$/.exec(message)?.[1];
  if (socket !== undefined) return socket;
  const parts = message.split(": ");
  while (parts.length > 2 && parts.join(": ").length > LONG) parts.shift();
  return parts.join(": ");
}

/** The reason that the list shows beside the phase; "" when all is well. */
export function reasonOf(pod: PodFacts): string {
  // That it was stopped the phase says already; how it came to that is worth the place beside it.
  if (pod.reason) return pod.reason === "Stopped" ? "" : pod.reason;
  const own = pod.deletedAt ? undefined : failed(pod)[0]?.reason;
  return own || (troubled(pod)[0]?.reason ?? "");
}

/** Why there is nothing to read of a pod of which nothing runs. */
export function whyNothingRuns(pod: PodFacts): string {
  if (pod.deletedAt) return "The pod is ending: nothing of it runs any more.";
  if (pod.phase === "Succeeded" || pod.phase === "Failed") return "Nothing runs any more: the pod has ended.";
  if (isStopped(pod)) return "Nothing runs: the pod is stopped. This fills itself when it is started.";
  const [why] = failed(pod);
  const words = why && shortened(why.message || why.reason);
  if (pod.nodeName === "") return `Not scheduled yet: ${words ?? "no node has taken the pod."}`;
  if (words) return `Not started yet: ${words}. It is tried again.`;
  return "Nothing runs yet. This fills itself as soon as something does.";
}
