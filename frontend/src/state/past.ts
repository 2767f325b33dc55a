// The pod as it was at a moment of its recording, in the form in which views know the present.
import type { Frames, RecordedStatus, Recording } from "../api/recording";
import type { Sample, Snapshot } from "../api/wire";
import { type LiveState, START } from "./live";
import { isRecord, type Obj, object, text } from "./read";

/** Samples are read now and then: at the very end of a span the last one still held. */
const NEAR_MS = 500;

/** How long a span that is open goes on without a word: SILENCE of sandboxes/node/recording.py. */
const SILENCE_MS = 15_000;

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** When somebody watched; a span that is open goes on until `now`. */
export function watched({ spans }: Recording, now: number): readonly Span[] {
  return spans.map(({ start, end, isOpen }) => {
    const last = Date.parse(end);
    return { from: Date.parse(start), to: isOpen ? Math.max(last, Math.min(now, last + SILENCE_MS)) : last };
  });
}

/** Whether somebody watched at that moment. */
export function isCovered(recording: Recording, moment: number): boolean {
  return watched(recording, Number.POSITIVE_INFINITY).some(({ from, to }) => from <= moment && moment <= to + NEAR_MS);
}

function lastBy<T extends { readonly at: string }>(all: readonly T[], moment: number): T | undefined {
  return all.findLast((each) => Date.parse(each.at) <= moment);
}

function sampleOf({ samples }: Frames, recording: Recording, moment: number): Sample | null {
  if (!isCovered(recording, moment)) return null;
  return lastBy(samples, moment) ?? null;
}

/** When an event was seen first; Kubernetes cuts its times to seconds. */
export function firstSeen(event: Obj): string {
  return text(event, "firstTimestamp") || text(event, "eventTime") || text(event, "lastTimestamp");
}

/** An event that came again later had come once by then, or more often: nobody knows. */
function eventOf(event: Obj, moment: number): Obj | null {
  const first = firstSeen(event);
  if (!(Date.parse(first) <= moment)) return null;
  return Date.parse(text(event, "lastTimestamp")) <= moment ? event : { ...event, lastTimestamp: first, count: 1 };
}

/** A pod whose recording begins with it was Pending until its first status. */
const BEGINS_WITHIN_MS = 10_000;
const NEW = { at: "", isEnding: false, status: { phase: "Pending" } };

function statusOf(pod: Obj, recording: Recording, frames: Frames, moment: number): RecordedStatus | undefined {
  const created = Date.parse(text(object(pod, "metadata"), "creationTimestamp"));
  const isWhole = recording.heldFrom === "" && Date.parse(recording.first) - created < BEGINS_WITHIN_MS;
  return lastBy(frames.statuses, moment) ?? (isWhole ? NEW : undefined);
}

function podOf(pod: Obj, status: RecordedStatus | undefined): Snapshot["pod"] {
  if (!status) return { ...pod };
  const { deletionTimestamp, ...metadata } = object(pod, "metadata");
  const ending = status.isEnding && typeof deletionTimestamp === "string" ? { deletionTimestamp } : {};
  return { ...pod, metadata: { ...metadata, ...ending }, status: status.status };
}

/**
 * The pod of `snapshot`, the newest, at that moment, which must be one of `frames`. Of its object only the status and
 * the deletion are of then: what was asked of it is shown as it is now.
 */
export function at(snapshot: Snapshot, recording: Recording, frames: Frames, moment: number): LiveState {
  const sample = sampleOf(frames, recording, moment);
  const status = statusOf(snapshot.pod, recording, frames, moment);
  return {
    ...START,
    connection: { state: "open", since: moment },
    snapshot: {
      ...snapshot,
      pod: podOf(snapshot.pod, status),
      events: snapshot.events.map((event) => eventOf(event, moment)).filter(isRecord),
      steps: snapshot.steps.filter((step) => Date.parse(step.started) <= moment),
    },
    sample,
    seenAt: sample && moment,
    recorded: { at: moment, isGap: sample === null, lacksStatus: !status },
  };
}
