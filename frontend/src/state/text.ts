// Facts as text: times, sizes, lists, and text of strangers made harmless to read.

// Control characters, and those that turn or hide text (bidirectional marks, zero widths, line separators).
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text from a pod with every unseen character written out; newlines and tabs stay. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** A span of milliseconds as kubectl writes an age: 8s, 12m, 3h, 2d. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

export function age(timestamp: string, now: number): string {
  const then = Date.parse(timestamp);
  return Number.isNaN(then) ? "" : span(now - then);
}

/** The time of day, to the second, where the reader is. */
export function clock(when: number | string): string {
  const date = new Date(when);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleTimeString([], { hour12: false });
}

/** Whose time `clock` tells. */
export function zone(): string {
  return new Date().getTimezoneOffset() === 0 ? "times are UTC" : "times are your own zone's";
}

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes in units of a thousand, as ip -h counts them. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** "1 packet", "2 packets". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
