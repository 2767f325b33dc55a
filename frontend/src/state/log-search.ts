// Where a text is found in lines, by what shows of them.
import { type Piece, pieces, plainText } from "./ansi";
import type { Line } from "./log-lines";

const ORDINARY = /^[\t\x20-\x7e]*$/;
const texts = new WeakMap<Line, string>();

/** What shows of a line, in lower case; kept as long as the line, where it was work to find out. */
function searched(line: Line): string {
  if (ORDINARY.test(line.text)) return line.text.toLowerCase();
  const known = texts.get(line);
  if (known !== undefined) return known;
  const found = plainText(line.text).toLowerCase();
  texts.set(line, found);
  return found;
}

/** The places in `lines` of those that have `wanted`; upper and lower case are one. */
export function matching(lines: readonly Line[], wanted: string): readonly number[] {
  const text = wanted.toLowerCase();
  if (text === "") return [];
  return lines.flatMap((line, at) => (searched(line).includes(text) ? [at] : []));
}

export interface Marked extends Piece {
  readonly isMatch: boolean;
}

/** A line's pieces, cut where `wanted` begins and ends; it may begin in one colour and end in another. */
export function marked(line: string, wanted: string): readonly Marked[] {
  const found = pieces(line);
  const whole = found.map((piece) => piece.text).join("");
  const spans = spansOf(whole.toLowerCase(), wanted.toLowerCase());
  let from = 0;
  return found.flatMap(({ text, look }) => {
    const cuts = cutsWithin(spans, from, from + text.length);
    const parts = cuts.slice(1).map((to, index) => {
      const start = cuts[index] ?? from;
      return {
        text: whole.slice(start, to),
        look,
        isMatch: spans.some(([first, last]) => first <= start && start < last),
      };
    });
    from += text.length;
    return parts;
  });
}

/** Of matches in one line so many are marked. */
const MOST_MARKS = 50;

function spansOf(text: string, wanted: string): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  if (wanted === "") return found;
  for (let at = text.indexOf(wanted); at >= 0 && found.length < MOST_MARKS; at = text.indexOf(wanted, at)) {
    found.push([at, at + wanted.length]);
    at += wanted.length;
  }
  return found;
}

function cutsWithin(spans: readonly (readonly [number, number])[], from: number, to: number): readonly number[] {
  const inside = spans.flat().filter((at) => at > from && at < to);
  return [from, ...inside, to];
}
