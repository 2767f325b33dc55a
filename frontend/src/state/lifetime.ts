// How long a pod still lives, what ends it, and by how much that can be put off. Times are milliseconds.
import { isStopped, type PodFacts } from "./pod";

type Timed = Pick<PodFacts, "expiresAt" | "extendableUntil" | "deletedAt">;
export type Ending = Timed & Pick<PodFacts, "idleSeconds" | "phase" | "reason">;

/** Who looks at it; `visitUntil` (RFC 3339) for a guest at a pod of their own, else "". */
export interface Viewer {
  readonly mayChange: boolean;
  readonly visitUntil: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From here on it is worth a warning. */
export const NEAR_MS = 5 * MINUTE;
const OFFERED_MINUTES = 60;

/** Until it ends by itself, not below 0; null for one that does not, or that ends already. */
export function leftOf(pod: Timed, now: number): number | null {
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
export function offered(pod: Timed): number {
  const room = Math.floor((Date.parse(pod.extendableUntil) - Date.parse(pod.expiresAt)) / MINUTE);
  return Number.isNaN(room) ? 0 : Math.max(0, Math.min(OFFERED_MINUTES, room));
}

/** "1 h", "20 min". */
export function minutesInWords(minutes: number): string {
  return countdown(minutes * MINUTE);
}

/** With its times as they are for a guest: what is left when the visit is over is deleted. */
export function withinVisit<Pod extends Timed>(pod: Pod, visitUntil: string): Pod {
  const over = Date.parse(visitUntil);
  if (Number.isNaN(over)) return pod;
  const sooner = (at: string) => (Date.parse(at) <= over ? at : visitUntil);
  return { ...pod, expiresAt: sooner(pod.expiresAt), extendableUntil: sooner(pod.extendableUntil) };
}

/**
 * What ends it, why, and what puts that off, in sentences; "" where nothing does. `at` is the latest end in words.
 * The rules are those of sandboxes/lifetime.py.
 */
export function whyItEnds(pod: Ending, viewer: Viewer, at: string, now: number): string {
  return [...endByTime(pod, viewer, at), ...endByIdleness(pod, leftOf(pod, now))].join(" ");
}

function endByTime(pod: Ending, { mayChange, visitUntil }: Viewer, at: string): readonly string[] {
  if (pod.expiresAt === "") return [];
  if (pod.expiresAt === visitUntil)
    return ["Then your visit is over, and it is deleted with its volumes.", "Nothing puts that off."];
  const why = "Then its time is over, and it is deleted with its volumes.";
  if (offered(pod) === 0) return [why, "It cannot be extended any further."];
  return [why, mayChange ? `Extend it, up to ${at}.` : `Who may change it can extend it, up to ${at}.`];
}

/** Who looks at a pod uses it: one whose time is over before it could be idle is not stopped for that. */
function endByIdleness(pod: Ending, left: number | null): readonly string[] {
  const isToRun = (pod.phase === "Pending" || pod.phase === "Running") && !isStopped(pod) && !pod.deletedAt;
  const idle = pod.idleSeconds * SECOND;
  if (!isToRun || idle === 0 || (left !== null && left <= idle)) return [];
  return [
    `Unused for ${countdown(idle)}, it is stopped ${left === null ? "" : "before that "}and keeps its volumes.`,
    "Use is its page or card in sight (a tab hidden for 5 min is not), typing in a shell, following its log, a preview, or a request about it.",
  ];
}
