// A log as it comes, in pieces of any size, into lines; and the newest of all members' lines in the order of their times.

export interface Line {
  /** Its place in the order of arrival. */
  readonly id: number;
  readonly member: string;
  /** RFC 3339, UTC, nine digits of a second: such times sort as text. "" where the service told none. */
  readonly at: string;
  readonly text: string;
}

/** Characters of a line that are kept; what is over is counted. */
export const LONGEST_LINE = 10_000;
/** Lines that a page holds, and characters in all of them. */
export const MOST_LINES = 20_000;
export const MOST_CHARACTERS = 8_000_000;

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,9}))?Z /;
const WHOLE_STAMP = 30;

let arrived = 0;

function lineOf(member: string, raw: string, cut: number): Line {
  arrived += 1;
  const stamp = STAMP.exec(raw)?.[0] ?? "";
  const body = raw.slice(stamp.length);
  const over = cut + Math.max(0, body.length - LONGEST_LINE);
  const kept = body.endsWith("\r") ? body.slice(0, -1) : body;
  const text = over > 0 ? `${kept.slice(0, LONGEST_LINE)} … ${over} more characters` : kept;
  return { id: arrived, member, at: sortable(stamp.trimEnd()), text };
}

function sortable(stamp: string): string {
  if (stamp === "" || stamp.length === WHOLE_STAMP) return stamp;
  const [seconds = "", fraction = ""] = stamp.slice(0, -1).split(".");
  return `${seconds}.${fraction.padEnd(9, "0")}Z`;
}

/** Lines of one member's stream. What is left at its end is a line only if it ended by itself. */
export class Splitter {
  readonly #member: string;
  #begun = "";
  #cut = 0;

  constructor(member: string) {
    this.#member = member;
  }

  push(piece: string): readonly Line[] {
    const found: Line[] = [];
    let from = 0;
    for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", from)) {
      found.push(lineOf(this.#member, this.#begun + piece.slice(from, end), this.#cut));
      this.#begun = "";
      this.#cut = 0;
      from = end + 1;
    }
    this.#keep(piece.slice(from));
    return found;
  }

  end(): readonly Line[] {
    if (this.#begun === "") return [];
    const last = lineOf(this.#member, this.#begun, this.#cut);
    this.#begun = "";
    return [last];
  }

  /** A line without an end must not fill the page's memory. */
  #keep(rest: string): void {
    const room = Math.max(0, LONGEST_LINE + WHOLE_STAMP + 1 - this.#begun.length);
    this.#begun += rest.slice(0, room);
    this.#cut += Math.max(0, rest.length - room);
  }
}

/** A log that goes on where it broke off is asked for from a little before; what was there already is left out. */
export class Seam {
  #last: Line[] = [];
  #known = new Map<string, number>();

  /** Since when to ask, or "" to ask as at the first time. The lines from then on come once more. */
  begin(): string {
    const newest = this.#last.at(-1)?.at ?? "";
    if (newest === "") return "";
    const since = new Date(Date.parse(newest) - OVERLAP_MS).toISOString();
    this.#known = new Map();
    for (const { at, text } of this.#last) this.#known.set(at + text, (this.#known.get(at + text) ?? 0) + 1);
    return since;
  }

  /** Those of `lines` that are new. */
  take(lines: readonly Line[]): readonly Line[] {
    const fresh = this.#known.size === 0 ? lines : lines.filter((line) => !this.#isKnown(line));
    this.#last = [...this.#last, ...fresh].slice(-REMEMBERED);
    return fresh;
  }

  #isKnown({ at, text }: Line): boolean {
    const left = this.#known.get(at + text);
    if (left === undefined) return false;
    if (left === 1) this.#known.delete(at + text);
    else this.#known.set(at + text, left - 1);
    return true;
  }
}

// The service reads `sinceTime` to the microsecond; the engine's two copiers stamp within less than that of each other.
const OVERLAP_MS = 2;
const REMEMBERED = 5000;

export interface Held {
  readonly lines: readonly Line[];
  /** Lines that were here and had to go. */
  readonly dropped: number;
  /** Lines that ever came. */
  readonly total: number;
}

export const NO_LINES: Held = { lines: [], dropped: 0, total: 0 };

/** `held` with `batch` in its place by time, and the oldest given up where it is too much. */
export function merged(held: Held, batch: readonly Line[]): Held {
  if (batch.length === 0) return held;
  const { lines } = held;
  const sorted = batch.toSorted(byTime);
  const first = sorted[0]?.at ?? "";
  let from = lines.length;
  while (from > 0 && (lines[from - 1]?.at ?? "") > first) from -= 1;
  const all = lines.slice(0, from).concat(inOrder(lines.slice(from), sorted));
  const drop = excess(all);
  return { lines: drop ? all.slice(drop) : all, dropped: held.dropped + drop, total: held.total + batch.length };
}

function byTime(one: Line, other: Line): number {
  if (one.at === other.at) return one.id - other.id;
  return one.at < other.at ? -1 : 1;
}

function inOrder(one: readonly Line[], other: readonly Line[]): readonly Line[] {
  return one.length === 0 ? other : [...one, ...other].sort(byTime);
}

function excess(lines: readonly Line[]): number {
  let room = MOST_CHARACTERS;
  const least = Math.max(0, lines.length - MOST_LINES);
  for (let at = lines.length - 1; at >= least; at -= 1) {
    room -= lines[at]?.text.length ?? 0;
    if (room < 0) return at + 1;
  }
  return least;
}
