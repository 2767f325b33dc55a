// What the pod page knows, as a pure function of what came over the socket. Times are milliseconds of the page's clock.
import type { Why } from "../api/stream";
import type { Live, Sample, Snapshot, Stream } from "../api/wire";
import { object, text } from "./read";
import { shared } from "./share";

/** Samples come about once a second even when nothing changes; three missed ones are no longer live. */
const STALE_MS = 3000;
/** A connection that stays silent this long is half dead: make a new one. */
const DEAD_MS = 10_000;

export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "open"; readonly since: number }
  | { readonly state: "lost"; readonly since: number }
  | { readonly state: "signed-out" }
  | { readonly state: "not-found" }
  | { readonly state: "too-many" };

export interface LiveState {
  readonly connection: Connection;
  readonly snapshot: Snapshot | null;
  readonly sample: Sample | null;
  readonly stream: Stream | null;
  /** When a frame last confirmed `sample`; null before the first. */
  readonly seenAt: number | null;
  /** Revisions only grow within one connection; -1 is before its first frame. */
  readonly revs: { readonly snapshot: number; readonly sample: number };
  readonly gone: boolean;
  /** The pod ends and newer samples are emptier: `sample` stays the last one that still had something. */
  readonly held: boolean;
  /** Set where this is not what came over the socket, but a moment of the pod's recording (`state/past.ts`). */
  readonly recorded: Recorded | null;
}

export interface Recorded {
  readonly at: number;
  /** Nobody watched then: there is no sample, and nothing may be shown in its place. */
  readonly isGap: boolean;
  /** No status was kept from so early: what is said of members and conditions is of now. */
  readonly lacksStatus: boolean;
}

export const START: LiveState = {
  connection: { state: "connecting" },
  snapshot: null,
  sample: null,
  stream: null,
  seenAt: null,
  revs: { snapshot: -1, sample: -1 },
  gone: false,
  held: false,
  recorded: null,
};

export function opened(state: LiveState, now: number): LiveState {
  return { ...state, connection: { state: "open", since: now }, stream: null, revs: START.revs };
}

export function lost(state: LiveState, now: number): LiveState {
  if (state.gone || state.connection.state === "lost") return state;
  return { ...state, connection: { state: "lost", since: now } };
}

export function refused(state: LiveState, why: Why): LiveState {
  return { ...state, connection: { state: why } };
}

function uidOf(snapshot: Snapshot): string {
  return text(object(snapshot.pod, "metadata"), "uid");
}

function applySnapshot(state: LiveState, message: Snapshot): LiveState {
  if (message.rev < state.revs.snapshot) return state;
  const revs = { ...state.revs, snapshot: message.rev };
  if (state.snapshot && uidOf(state.snapshot) !== uidOf(message)) {
    // Another pod under the same name: nothing of the old one may be shown as the new one's.
    return { ...START, connection: state.connection, snapshot: message, revs: { snapshot: message.rev, sample: -1 } };
  }
  return { ...state, snapshot: state.snapshot ? shared(state.snapshot, message) : message, revs };
}

/** Whether the pod was deleted: what it had goes, and nothing new comes. */
export function isEnding(state: LiveState): boolean {
  return state.gone || text(object(state.snapshot?.pod ?? {}, "metadata"), "deletionTimestamp") !== "";
}

/** How much there is to see: members, pause alone, nothing. */
function fullness(sample: Sample): number {
  if (sample.processes.some((process) => process.member !== "")) return 2;
  return sample.processes.length > 0 ? 1 : 0;
}

function applySample(state: LiveState, message: Sample, now: number): LiveState {
  if (message.rev < state.revs.sample) return state;
  const revs = { ...state.revs, sample: message.rev };
  const held = isEnding(state) && state.sample !== null && fullness(message) < Math.min(2, fullness(state.sample));
  if (held) return { ...state, held, revs };
  // Frames are whole: what equals the last one's stays what it was, and no view of it is drawn again.
  return { ...state, held, sample: state.sample ? shared(state.sample, message) : message, seenAt: now, revs };
}

/** The state after one message that came at `now`. */
export function apply(state: LiveState, message: Live, now: number): LiveState {
  switch (message.type) {
    case "snapshot":
      return applySnapshot(state, message);
    case "sample":
      return applySample(state, message, now);
    case "still":
      // It confirms one revision only. If that is not the one shown, what is shown is not known to be true.
      return message.rev === state.revs.sample && !state.held ? { ...state, seenAt: now } : state;
    case "stream":
      return { ...state, stream: message };
    case "gone":
      return { ...state, gone: true };
    default:
      return unknownMessage(message);
  }
}

function unknownMessage(message: never): never {
  throw new Error(`unknown message ${JSON.stringify(message)}`);
}

export type Liveness =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  | { readonly state: "waiting"; readonly reason: string }
  | { readonly state: "ending" }
  | { readonly state: "reconnecting"; readonly since: number }
  | { readonly state: "stale"; readonly asOf: number | null; readonly reason: string }
  | { readonly state: "recorded"; readonly at: number }
  | { readonly state: "gone" };

function whileOpen(state: LiveState, openSince: number, now: number): Liveness {
  if (isEnding(state) && (state.held || state.stream?.state === "waiting")) return { state: "ending" };
  if (state.stream?.state === "waiting") return { state: "waiting", reason: state.stream.reason };
  if (state.stream?.state === "unavailable") {
    return { state: "stale", asOf: state.seenAt, reason: state.stream.reason };
  }
  const confirmed = state.revs.sample >= 0 ? state.seenAt : null;
  const last = confirmed ?? openSince;
  if (now - last > STALE_MS) return { state: "stale", asOf: state.seenAt, reason: "" };
  return confirmed === null ? { state: "connecting" } : { state: "live" };
}

/** What may truthfully be said at `now` about how current the page is. */
export function liveness(state: LiveState, now: number): Liveness {
  if (state.recorded) return { state: "recorded", at: state.recorded.at };
  if (state.gone) return { state: "gone" };
  switch (state.connection.state) {
    case "open":
      return whileOpen(state, state.connection.since, now);
    case "lost":
      return { state: "reconnecting", since: state.connection.since };
    case "connecting":
      return { state: "connecting" };
    case "signed-out":
    case "not-found":
    case "too-many":
      return { state: "gone" };
  }
}

/** Whether the open connection has been silent so long that only a new one can help. */
export function isDead(state: LiveState, now: number): boolean {
  if (state.gone || state.connection.state !== "open" || state.stream?.state === "waiting") return false;
  if (state.held) return false;
  const last = Math.max(state.connection.since, state.seenAt ?? 0);
  return state.stream?.state !== "unavailable" && now - last > DEAD_MS;
}
