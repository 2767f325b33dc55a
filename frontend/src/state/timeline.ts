// What happened to a pod, on one line: moments, how long each attempt of a member lived, and what part of it shows.
import type { Marker, Recording, ShellNote } from "../api/recording";
import { firstSeen } from "./past";
import type { PodFacts } from "./pod";
import { number, type Obj, object, text } from "./read";
import { bytes } from "./text";

export interface Moment {
  readonly key: string;
  readonly at: number;
  readonly track: "engine" | "kubernetes" | "terminal";
  /** Whom it is about; "" is pause, null the pod as a whole. */
  readonly member: string | null;
  readonly title: string;
  readonly detail: string;
  readonly isBad: boolean;
}

/** One attempt of a member, or of pause (""); `to` is null while it lives. */
export interface Life {
  readonly member: string;
  readonly attempt: number;
  readonly from: number;
  readonly to: number | null;
}

export interface Reach {
  readonly from: number;
  readonly to: number;
}

const DONE: Readonly<Record<string, string>> = {
  create: "created",
  start: "started",
  oom: "out of memory",
  pause: "frozen",
  unpause: "let go on",
  destroy: "removed",
};

function title({ action, exitCode, signal }: Marker): string {
  if (action === "die") return exitCode === null ? "ended" : `ended with ${exitCode}`;
  if (action === "kill") return signal === null ? "signalled" : `got signal ${signal}`;
  return DONE[action] ?? action;
}

function ofEngine(marker: Marker, at: number): Moment {
  return {
    key: `engine ${at}`,
    at: Date.parse(marker.at),
    track: "engine",
    member: marker.member,
    title: title(marker),
    detail: marker.attempt > 0 ? `attempt ${marker.attempt}` : "",
    isBad: marker.action === "oom" || (marker.action === "die" && (marker.exitCode ?? 0) !== 0),
  };
}

/** That a shell wrote is known, and how much; what it wrote is recorded nowhere. */
function ofShell({ at, member, name, bytes: size }: ShellNote, place: number): Moment {
  const detail = `${bytes(size)} of output, which is not recorded`;
  return {
    key: `shell ${place}`,
    at: Date.parse(at),
    track: "terminal",
    member,
    title: `${name} wrote`,
    detail,
    isBad: false,
  };
}

/** Of an event that came several times, the first and the last are known. */
function ofKubernetes(event: Obj): readonly Moment[] {
  const uid = text(object(event, "metadata"), "uid");
  const [first, last] = [Date.parse(firstSeen(event)), Date.parse(text(event, "lastTimestamp"))];
  const about = /\{(.+)\}$/.exec(text(object(event, "involvedObject"), "fieldPath"))?.[1];
  const told = {
    track: "kubernetes",
    member: about ?? null,
    title: text(event, "reason"),
    isBad: text(event, "type") === "Warning",
  } as const;
  const count = number(event, "count") ?? 1;
  const detail = text(event, "message");
  const again = last > first ? [{ ...told, key: `${uid} last`, at: last, detail: `${detail} ×${count}` }] : [];
  return Number.isNaN(first) ? [] : [{ ...told, key: `${uid} first`, at: first, detail }, ...again];
}

/** All of all kinds, oldest first. */
export function moments(recording: Recording, events: readonly Obj[]): readonly Moment[] {
  const all = [...recording.markers.map(ofEngine), ...events.flatMap(ofKubernetes), ...recording.shells.map(ofShell)];
  return all.sort((one, other) => one.at - other.at);
}

/** Every attempt that started or ended while the engine was listened to, and those that run now. */
export function lives(recording: Recording, pod: PodFacts): readonly Life[] {
  const open = new Map<string, Life>();
  const over: Life[] = [];
  const begin = Date.parse(recording.first);
  for (const { action, member, attempt, at } of recording.markers) {
    const when = Date.parse(at);
    const known = open.get(member);
    if (action === "start") {
      // Whose end nobody heard had ended by then.
      if (known) over.push({ ...known, to: when });
      open.set(member, { member, attempt, from: when, to: null });
    } else if (action === "die") {
      over.push({ member, attempt, from: known?.attempt === attempt ? known.from : begin, to: when });
      open.delete(member);
    }
  }
  for (const { name, state, startedAt, restarts } of pod.members) {
    if (state !== "running" || open.has(name)) continue;
    open.set(name, { member: name, attempt: restarts, from: Date.parse(startedAt), to: null });
  }
  return [...over, ...open.values()];
}

/**
 * From the pod's beginning, or since when everything is held, to now; a pod that is gone ends with its last record. What
 * is kept reaches back from the newest record, however long ago that was.
 */
export function reach(recording: Recording, pod: PodFacts, now: number, isGone: boolean): Reach {
  const last = Date.parse(recording.last);
  const to = isGone && !Number.isNaN(last) ? last : now;
  const begins = [pod.createdAt, recording.heldFrom].map((time) => Date.parse(time)).filter((time) => time <= to);
  const from = Math.max((last || to) - recording.bounds.seconds * 1000, ...begins);
  return { from: Math.min(from, to - 1000), to };
}

/** Where a moment stands in what shows, of a thousand; what is outside stands at its end. */
export function place({ from, to }: Reach, moment: number): number {
  return (Math.min(Math.max(moment, from), to) - from) * (1000 / Math.max(to - from, 1));
}

const STEP_MS = 1000;

/** The moment that a key leads to from another one; null for a key that leads nowhere. */
export function stepped({ from, to }: Reach, moment: number, key: string, isLarge: boolean): number | null {
  const page = Math.max((to - from) / 10, STEP_MS);
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -STEP_MS,
    ArrowDown: -STEP_MS,
    ArrowRight: STEP_MS,
    ArrowUp: STEP_MS,
    PageDown: -page,
    PageUp: page,
    Home: from - to,
    End: to - from,
  };
  const step = steps[key];
  if (step === undefined) return null;
  const far = isLarge && Math.abs(step) === STEP_MS ? step * 10 : step;
  return Math.round(Math.min(Math.max(moment + far, from), to));
}
