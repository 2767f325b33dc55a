// The visit of a guest: how long it still lasts, what goes with it, and what can be kept. Times are milliseconds.
import { countdown, NEAR_MS } from "./lifetime";

/** Until the visit ends, not below 0; null for who is no guest. `until` is RFC 3339, or "". */
export function visitLeft(until: string, now: number): number | null {
  const end = Date.parse(until);
  return Number.isNaN(end) ? null : Math.max(0, end - now);
}

export function visitWords(left: number): string {
  return left > 0 ? `Your visit ends in ${countdown(left)}` : "Your visit is over";
}

export function isVisitNear(left: number): boolean {
  return left <= NEAR_MS;
}

/** What is lost with it and what is not, a sentence each. `provider` is the name of an identity provider, or "". */
export function visitTerms(provider: string): readonly string[] {
  const way = provider ? `sign in with ${provider}` : "ask whoever gave you the code";
  return [
    "Then you are signed out, and your pods are deleted with their volumes, logs and recordings.",
    "Nothing of it can be had back, and a guest who has signed out does not come in again.",
    "A pod's YAML is yours to keep: By hand, on its page, has it, and makes the same pod with any account.",
    `To stay longer you need an account: ${way}. Pods do not move to it.`,
  ];
}
