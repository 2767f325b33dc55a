// What stands in a pod's way, from its own conditions: one line for the top of its page, one word for the list.
import { type Condition, type PodFacts, troubled } from "./pod";

/** False ones say why nothing can run at all; the others only follow from what the members do. */
const DECIDING: readonly string[] = ["PodScheduled", "PodReadyToStartContainers"];

function failed(pod: PodFacts): readonly Condition[] {
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

function line({ reason, message }: Condition): string {
  const short = shortened(message);
  const whole = short === message ? "" : " (the whole message is in Events)";
  return [reason, short + whole].filter(Boolean).join(": ");
}

/** What the pod itself says is wrong, a line each. */
export function troubles(pod: PodFacts): readonly string[] {
  const own = pod.message ? [[pod.reason, pod.message].filter(Boolean).join(": ")] : [];
  return pod.deletedAt ? own : [...own, ...failed(pod).map(line)];
}

/** The reason that the list shows beside the phase; "" when all is well. */
export function reasonOf(pod: PodFacts): string {
  if (pod.reason) return pod.reason;
  const own = pod.deletedAt ? undefined : failed(pod)[0]?.reason;
  return own || (troubled(pod)[0]?.reason ?? "");
}

/** Why there is nothing to read of a pod of which nothing runs. */
export function whyNothingRuns(pod: PodFacts): string {
  if (pod.deletedAt) return "The pod is ending: nothing of it runs any more.";
  if (pod.phase === "Succeeded" || pod.phase === "Failed") return "Nothing runs any more: the pod has ended.";
  const [why] = failed(pod);
  const told = why && shortened(why.message || why.reason);
  if (pod.nodeName === "") return `Not scheduled yet: ${told ?? "no node has taken the pod."}`;
  if (told) return `Not started yet: ${told}. It is tried again.`;
  return "Nothing runs yet. This fills itself as soon as something does.";
}
