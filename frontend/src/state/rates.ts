// How much went through an interface lately, from counters that only grow.
import type { Interface } from "../api/wire";

/** Counters at a moment: milliseconds, bytes since the interface came up. */
export interface Count {
  readonly at: number;
  readonly rx: number;
  readonly tx: number;
}

/** Bytes a second between one moment and the next. */
export interface Rate {
  readonly from: number;
  readonly to: number;
  readonly rx: number;
  readonly tx: number;
}

/** By the name of the interface, oldest first. */
export type Counts = ReadonlyMap<string, readonly Count[]>;

export const SPAN_MS = 60_000;
/** Counters that come faster are not kept: no line could show them. */
const STEP_MS = 1000;
/** After so long without a change nothing goes through: a sample comes with each. */
const STILL_MS = 1500;

/** With one moment more, and without those that are too old. Counters that fell belong to another interface. */
export function counted(known: Counts, interfaces: readonly Interface[], at: number): Counts {
  return new Map(
    interfaces.map(({ name, rxBytes: rx, txBytes: tx }) => {
      const kept = (known.get(name) ?? []).filter((each) => at - each.at <= SPAN_MS);
      const last = kept.at(-1);
      if (last && (rx < last.rx || tx < last.tx || at < last.at)) return [name, [{ at, rx, tx }]];
      const before = kept.at(-2);
      const isSoon = last && before && last.at - before.at < STEP_MS;
      return [name, [...(isSoon ? kept.slice(0, -1) : kept), { at, rx, tx }]];
    }),
  );
}

/** A rate for each piece of time; from the last moment to `now` nothing went through, once that is long enough ago. */
export function rates(counts: readonly Count[], now: number): readonly Rate[] {
  const found = counts.slice(1).flatMap((to, at) => {
    const from = counts[at];
    const seconds = from ? (to.at - from.at) / 1000 : 0;
    if (!from || seconds <= 0) return [];
    return [{ from: from.at, to: to.at, rx: (to.rx - from.rx) / seconds, tx: (to.tx - from.tx) / seconds }];
  });
  const last = counts.at(-1);
  return last && now - last.at > STILL_MS ? [...found, { from: last.at, to: now, rx: 0, tx: 0 }] : found;
}

/** A line of steps over the last minute, in a box of `width` × `height`; "" where there is nothing to draw. */
export function sparkline(
  of: readonly Rate[],
  value: (rate: Rate) => number,
  { now, width, height }: { readonly now: number; readonly width: number; readonly height: number },
): string {
  const most = Math.max(1, ...of.flatMap(({ rx, tx }) => [rx, tx]));
  const x = (at: number) => Math.max(0, (1 - (now - at) / SPAN_MS) * width).toFixed(1);
  const y = (rate: Rate) => (height - (value(rate) / most) * height).toFixed(1);
  return of.map((rate, at) => `${at === 0 ? `M${x(rate.from)} ${y(rate)}` : `V${y(rate)}`}H${x(rate.to)}`).join("");
}
