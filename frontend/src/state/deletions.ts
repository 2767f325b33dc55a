// Deletions that can still be undone: what is asked for waits a while before it is sent. Times are milliseconds.
import type { PodFacts } from "./pod";

export const PATIENCE_MS = 6000;

export type Doomed = Pick<PodFacts, "uid" | "namespace" | "name" | "graceSeconds">;

export interface Deletion {
  readonly pod: Doomed;
  readonly stage: "waiting" | "sent";
  /** When it is sent, unless it is held. */
  readonly dueAt: number;
}

export interface Deletions {
  /** By the pod's uid, in the order they were asked for. */
  readonly all: ReadonlyMap<string, Deletion>;
  /** Since when nothing counts down: somebody is reading the notice, or about to press Undo. */
  readonly heldAt: number | null;
}

export const NONE: Deletions = { all: new Map(), heldAt: null };

/** Asking twice changes nothing: the first countdown goes on. */
export function ask(state: Deletions, pod: Doomed, now: number): Deletions {
  if (state.all.has(pod.uid)) return state;
  const deletion: Deletion = { pod, stage: "waiting", dueAt: (state.heldAt ?? now) + PATIENCE_MS };
  return { ...state, all: new Map(state.all).set(pod.uid, deletion) };
}

/** Only one that was not sent yet can be undone. */
export function undo(state: Deletions, uid: string): Deletions {
  return state.all.get(uid)?.stage === "waiting" ? settle(state, uid) : state;
}

export function hold(state: Deletions, now: number): Deletions {
  return state.heldAt === null ? { ...state, heldAt: now } : state;
}

/** Everything that waits gets the time back that it was held. */
export function release(state: Deletions, now: number): Deletions {
  if (state.heldAt === null) return state;
  const held = now - state.heldAt;
  const later = (each: Deletion) => (each.stage === "waiting" ? { ...each, dueAt: each.dueAt + held } : each);
  return { heldAt: null, all: new Map([...state.all].map(([uid, each]) => [uid, later(each)])) };
}

/** Those whose time has come. */
export function due(state: Deletions, now: number): readonly Doomed[] {
  return state.heldAt === null ? waiting(state).flatMap((each) => (each.dueAt <= now ? [each.pod] : [])) : [];
}

/** All that can still be undone, oldest first: what is sent at once when the page is left. */
export function waiting(state: Deletions): readonly Deletion[] {
  return [...state.all.values()].filter((each) => each.stage === "waiting");
}

export function sent(state: Deletions, uids: readonly string[]): Deletions {
  const all = new Map(state.all);
  for (const uid of uids) {
    const found = all.get(uid);
    if (found) all.set(uid, { ...found, stage: "sent" });
  }
  return { ...state, all };
}

/** The service has answered, or it was undone. */
export function settle(state: Deletions, uid: string): Deletions {
  const all = new Map(state.all);
  all.delete(uid);
  return { ...state, all };
}

/** Whole seconds until it is sent, never 0 while it waits; null when it does not wait. */
export function secondsLeft(state: Deletions, uid: string, now: number): number | null {
  const found = state.all.get(uid);
  if (found?.stage !== "waiting") return null;
  return Math.max(1, Math.ceil((found.dueAt - (state.heldAt ?? now)) / 1000));
}

/** Milliseconds until something is due; null when nothing will be by itself. */
export function nextIn(state: Deletions, now: number): number | null {
  if (state.heldAt !== null) return null;
  const next = Math.min(...waiting(state).map((each) => each.dueAt));
  return Number.isFinite(next) ? Math.max(0, next - now) : null;
}
