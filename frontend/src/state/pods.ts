// The list of pods: which of them a person means.
import type { PodFacts } from "./pod";

/** Those that have every word of the query in their name, or in a member's name or image. */
export function filtered(pods: readonly PodFacts[], query: string): readonly PodFacts[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return pods.filter((pod) => {
    const all = [pod.name, ...pod.members.flatMap((member) => [member.name, member.image])].join(" ").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
