// What the containers of a pod use of what they may: histories, rates, and what is worth a sentence. Bytes, microseconds.
import type { components } from "../api/generated/playground";

type Schemas = components["schemas"];
export type Inspected = Readonly<Schemas["Inspected"]>;
export type Inspection = Omit<Schemas["Inspection"], "members"> & { readonly members: readonly Inspected[] };
type Limits = Schemas["Limits"];
export type Usage = Readonly<Schemas["Usage"]>;

/** One reading of one container: rates since the reading before, null where there is none or the kernel does not say. */
export interface Point {
  /** Seconds since 1970. */
  readonly at: number;
  /** CPUs: 1 is one whole. */
  readonly cpu: number | null;
  /** Of the quota's periods since the last reading, how many were cut short: 0 to 1. */
  readonly throttled: number | null;
  readonly memory: number | null;
  readonly pids: number | null;
  /** Bytes a second, read and written. */
  readonly io: number | null;
}

interface Series {
  readonly points: readonly Point[];
  readonly last: { readonly usage: Usage; readonly monotonic: number; readonly attempt: number };
}

/** By member. */
export type History = ReadonlyMap<string, Series>;

export const NO_HISTORY: History = new Map();
/** Readings that are kept: five minutes of one a second. */
const MOST = 300;
/** After so many seconds without a reading the line is broken: nobody looked. */
const GAP = 5;

/** How much more there is of a count, a second; null when one of both is not known, or the count began anew. */
function rate(now: number | null, before: number | null, seconds: number): number | null {
  if (now === null || before === null || now < before || seconds <= 0) return null;
  return (now - before) / seconds;
}

function sum(one: number | null, other: number | null): number | null {
  return one === null && other === null ? null : (one ?? 0) + (other ?? 0);
}

const nothingAt = (at: number): Point => ({ at, cpu: null, throttled: null, memory: null, pids: null, io: null });

function pointOf(usage: Usage, at: number, before: Series["last"] | null, seconds: number): Point {
  const cpu = before && rate(usage.cpuUs, before.usage.cpuUs, seconds * 1e6);
  const periods = before && rate(usage.periods, before.usage.periods, 1);
  const throttled = before && rate(usage.throttled, before.usage.throttled, 1);
  const moved = sum(usage.ioRead, usage.ioWritten);
  return {
    at,
    cpu,
    throttled: throttled !== null && periods ? throttled / periods : periods === 0 ? 0 : null,
    memory: usage.memory,
    pids: usage.pids,
    io: before && rate(moved, sum(before.usage.ioRead, before.usage.ioWritten), seconds),
  };
}

function withPoint(known: Series | undefined, reading: Inspection, attempt: number, usage: Usage): Series {
  const at = Date.parse(reading.at) / 1000;
  const before = known?.last.attempt === attempt ? known.last : null;
  const seconds = before ? (reading.monotonic - before.monotonic) / 1e6 : 0;
  const isBroken = known !== undefined && (before === null || seconds > GAP);
  const point = pointOf(usage, at, isBroken ? null : before, seconds);
  const points = [...(known?.points ?? []), ...(isBroken ? [nothingAt(at - 0.001)] : []), point];
  return { points: points.slice(-MOST), last: { usage, monotonic: reading.monotonic, attempt } };
}

/** With this reading. A member that began anew begins anew; the same reading said again changes nothing. */
export function withReading(history: History, reading: Inspection): History {
  const next = new Map<string, Series>();
  for (const { member, attempt, usage } of reading.members) {
    const known = history.get(member);
    const isNews = usage !== null && known?.last.monotonic !== reading.monotonic;
    const series = isNews ? withPoint(known, reading, attempt, usage) : known;
    if (series) next.set(member, series);
  }
  return next;
}

const KI = 1024;

/** "1.5 MiB", "512 B": three digits at most. */
export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = count;
  let unit = 0;
  while (size >= KI && unit < units.length - 1) {
    size /= KI;
    unit += 1;
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

export function cpus(count: number): string {
  return `${Number(count.toFixed(2))} CPU`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

const MINUTE = 60;
const WORTH_SAYING = 0.05;
const NEAR = 0.9;

/** Of the quota's periods in the last minute, the share that was cut short. */
function throttledLately(points: readonly Point[]): number {
  const end = points.at(-1)?.at ?? 0;
  const lately = points.filter((point) => point.at > end - MINUTE && point.throttled !== null);
  return lately.length === 0 ? 0 : lately.reduce((all, point) => all + (point.throttled ?? 0), 0) / lately.length;
}

/** What a container's limits do to it now. */
function heldBack(who: string, limits: Limits, usage: Usage, points: readonly Point[]): readonly string[] {
  const said: string[] = [];
  const share = throttledLately(points);
  if (limits.cpus !== null && share >= WORTH_SAYING)
    said.push(
      `${who} was throttled in ${percent(share)} of the last minute's periods: its limit is ${cpus(limits.cpus)}.`,
    );
  const memory = memoryWords(who, limits.memory, usage);
  if (memory) said.push(memory);
  if (limits.pids !== null && usage.pids !== null && usage.pids >= limits.pids)
    said.push(`${who} has all ${limits.pids} processes it may have: the next fork fails.`);
  return said;
}

function memoryWords(who: string, limit: number | null, { memory, oomKills }: Usage): string {
  const most = limit === null ? "the machine's" : bytes(limit);
  if (oomKills) {
    const ended = oomKills === 1 ? "A process" : `${oomKills} processes`;
    return `${ended} of ${who} ended for want of memory: its limit is ${most}.`;
  }
  if (limit === null || memory === null || memory <= NEAR * limit) return "";
  return `${who} uses ${bytes(memory)} of ${most}: the kernel ends a process of it next.`;
}

/** What is true of this pod now, in sentences; `called` names pause as well. */
export function limitSentences(
  reading: Inspection,
  history: History,
  called: (member: string) => string,
): readonly string[] {
  const said = reading.members.flatMap(({ member, limits, usage }) =>
    limits && usage ? heldBack(called(member), limits, usage, history.get(member)?.points ?? []) : [],
  );
  const version = reading.members.find((each) => each.limits)?.limits?.version;
  return [
    ...(said.length > 0 ? said : ["No container is held back by a limit now."]),
    ...(version ? [`Read from version ${version} of the kernel's control groups.`] : []),
  ];
}
