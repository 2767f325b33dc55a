// Facts as text: times, sizes, lists, and text of strangers made harmless to read.

// Control and format characters, halves of pairs, private ones, line separators, and what shows as nothing at all; but
// for newline and tab, and the two that choose between a sign's black and its coloured form.
const UNSEEN =
  /(?!\t|\n|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u3164\uffa0]/gu;
// More marks on one letter than any language writes: they grow over what is around them.
const PILED = /(\p{M}{6})(\p{M}+)/gu;
const ORDINARY = /^[\t\n\x20-\x7e]*$/;

/** Text from a pod with every unseen character written out; newlines and tabs stay. */
export function visible(text: string): string {
  if (ORDINARY.test(text)) return text;
  return text.replace(UNSEEN, named).replace(PILED, (_, kept: string, rest: string) => `${kept}[+${[...rest].length}]`);
}

function named(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = (digits: number) => code.toString(16).padStart(digits, "0");
  if (code < 256) return `\\x${hex(2)}`;
  return code < 65_536 ? `\\u${hex(4)}` : `\\U${hex(8)}`;
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

/** A moment to the minute where the reader is, with its zone, and with its day where that is not today's. */
export function moment(when: string, now: number): string {
  const date = new Date(when);
  if (Number.isNaN(date.getTime())) return "";
  const time = date.toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    timeZoneName: "short",
  });
  const isToday = date.toDateString() === new Date(now).toDateString();
  return isToday
    ? time
    : `${time} on ${date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" })}`;
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
