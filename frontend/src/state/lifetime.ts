// How long a pod still lives, what ends it, and by how much that can be put off. Times are milliseconds.
import type { PodFacts } from "./pod";

type Ending = Pick<PodFacts, "expiresAt" | "extendableUntil" | "deletedAt">;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From here on it is worth a warning. */
export const NEAR_MS = 5 * MINUTE;
const OFFERED_MINUTES = 60;

/** Until it ends by itself, not below 0; null for one that does not, or that ends already. */
export function leftOf(pod: Ending, now: number): number | null {
  const end = Date.parse(pod.expiresAt);
  return Number.isNaN(end) || pod.deletedAt ? null : Math.max(0, end - now);
}

export function isNear(left: number | null): left is number {
  return left !== null && left <= NEAR_MS;
}

/** Two units at most, and seconds only where they matter: "7 h 59 min", "4 min 30 s", "12 s". */
export function countdown(left: number): string {
  const two = (size: number, unit: string, smaller: number, small: string) => {
    const rest = Math.floor((left % size) / smaller);
    return `${Math.floor(left / size)} ${unit}${rest > 0 ? ` ${rest} ${small}` : ""}`;
  };
  if (left >= DAY) return two(DAY, "d", HOUR, "h");
  if (left >= HOUR) return two(HOUR, "h", MINUTE, "min");
  if (left > NEAR_MS) return `${Math.floor(left / MINUTE)} min`;
  if (left >= MINUTE) return two(MINUTE, "min", SECOND, "s");
  return `${Math.floor(left / SECOND)} s`;
}

/** The minutes that a press of Extend asks for: an hour, or what is left below the ceiling; 0 when nothing is. */
export function offered(pod: Ending): number {
  const room = Math.floor((Date.parse(pod.extendableUntil) - Date.parse(pod.expiresAt)) / MINUTE);
  return Number.isNaN(room) ? 0 : Math.max(0, Math.min(OFFERED_MINUTES, room));
}

/** "1 h", "20 min". */
export function minutesInWords(minutes: number): string {
  return countdown(minutes * MINUTE);
}

/** Why it ends and what puts that off, in a sentence; `at` is the latest end in words. */
export function whyItEnds(pod: Ending, at: string): string {
  const why = "Then its time is over, and it is deleted with its volumes.";
  return offered(pod) > 0 ? `${why} Extend it, up to ${at}.` : `${why} It cannot be extended any further.`;
}
