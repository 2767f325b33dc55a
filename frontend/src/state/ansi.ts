// A line of a member's output as pieces to show: colours, weight and underline as class names, everything else as text.
// Nothing here makes an element or an address. Sequences are ECMA-48's; SGR parameters as in its 8.3.117.
import { visible } from "./text";

export interface Piece {
  readonly text: string;
  /** Class names, "" for plain text. */
  readonly look: string;
}

interface Style {
  readonly colour: string;
  readonly isBold: boolean;
  readonly isFaint: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
  readonly isStruck: boolean;
  readonly isInverse: boolean;
}

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

/** The longest sequence that is looked for; a longer one is text. Keeps the work for a line linear. */
const LONGEST = 64;
// Control sequences, with the one-byte form of their beginning. What they would move or erase is not moved or erased.
const SEQUENCE = new RegExp(`(?:\\u001b\\[|\\u009b)([0-?]{0,${LONGEST}})[ -/]{0,4}([@-~])`, "g");
// Erasing, scrolling, the cursor and modes: what programs with a progress bar write. Others are written out.
const SILENT = new Set("ABCDEFGHJKSTfhlmsu");
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
const HAS_SEQUENCE = /[\u001b\u009b]/;

function plain(): Style {
  return {
    colour: "",
    isBold: false,
    isFaint: false,
    isItalic: false,
    isUnderlined: false,
    isStruck: false,
    isInverse: false,
  };
}

/** Every line begins plain: what one line leaves behind colours no other, and lines of several members may be mixed. */
export function pieces(line: string): readonly Piece[] {
  if (!HAS_SEQUENCE.test(line)) return [{ text: visible(line), look: "" }];
  const found: Piece[] = [];
  let style = plain();
  let from = 0;
  let kept = "";
  const flush = () => {
    if (kept) found.push({ text: visible(kept), look: lookOf(style) });
    kept = "";
  };
  for (const match of line.matchAll(SEQUENCE)) {
    const [whole, parameters = "", final = ""] = match;
    kept += line.slice(from, match.index);
    from = match.index + whole.length;
    if (!SILENT.has(final)) kept += whole;
    else if (final === "m") {
      flush();
      style = styled(style, parameters);
    }
  }
  kept += line.slice(from);
  flush();
  return found;
}

/** The same as text alone: what is searched and counted. */
export function plainText(line: string): string {
  return pieces(line)
    .map((piece) => piece.text)
    .join("");
}

const LOOKS = [
  ["isBold", "ansi-bold"],
  ["isFaint", "ansi-faint"],
  ["isItalic", "ansi-italic"],
  ["isUnderlined", "ansi-underline"],
  ["isStruck", "ansi-struck"],
  ["isInverse", "ansi-inverse"],
] as const;

function lookOf(style: Style): string {
  const colour = style.colour ? [`ansi-${style.colour}`] : [];
  return [...colour, ...LOOKS.filter(([is]) => style[is]).map(([, look]) => look)].join(" ");
}

/** Backgrounds, blinking and hiding are left out: what was written must be readable. */
function styled(before: Style, parameters: string): Style {
  let style = before;
  const codes = parameters.split(/[;:]/).map((code) => (/^\d{0,3}$/.test(code) ? Number(code) : -1));
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? -1;
    if (code === 38 || code === 48) {
      const [colour, taken] = extended(codes, at + 1);
      if (code === 38) style = { ...style, colour };
      at += taken;
    } else style = { ...style, ...changed(code) };
  }
  return style;
}

const SWITCHES: ReadonlyMap<number, Partial<Style>> = new Map<number, Partial<Style>>([
  [0, plain()],
  [1, { isBold: true }],
  [2, { isFaint: true }],
  [3, { isItalic: true }],
  [4, { isUnderlined: true }],
  [7, { isInverse: true }],
  [9, { isStruck: true }],
  [21, { isUnderlined: true }],
  [22, { isBold: false, isFaint: false }],
  [23, { isItalic: false }],
  [24, { isUnderlined: false }],
  [27, { isInverse: false }],
  [29, { isStruck: false }],
  [39, { colour: "" }],
]);

function changed(code: number): Partial<Style> {
  if (code >= 30 && code <= 37) return { colour: COLOURS[code - 30] ?? "" };
  // The bright ones: brightness is the theme's matter.
  if (code >= 90 && code <= 97) return { colour: COLOURS[code - 90] ?? "" };
  return SWITCHES.get(code) ?? {};
}

/** A colour of 256 or of 16 million: the one of the eight it is nearest to, and how many parameters it took. */
function extended(codes: readonly number[], at: number): readonly [colour: string, taken: number] {
  const kind = codes[at];
  if (kind === 5) return [indexed(codes[at + 1] ?? 0), 2];
  if (kind === 2) return [nearest(codes[at + 1] ?? 0, codes[at + 2] ?? 0, codes[at + 3] ?? 0), 4];
  return ["", 1];
}

/** xterm's table: 16 named ones, a cube of 6 × 6 × 6, 24 greys. */
function indexed(index: number): string {
  if (index < 16) return COLOURS[Math.max(0, index) % 8] ?? "";
  if (index >= 232) return nearest(...grey(8 + (index - 232) * 10));
  const cube = index - 16;
  const level = (part: number) => (part === 0 ? 0 : 55 + part * 40);
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function grey(level: number): readonly [number, number, number] {
  return [level, level, level];
}

function nearest(red: number, green: number, blue: number): string {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  // Hardly a colour at all: dark ones are black, light ones white.
  if (most - least < 40) return most < 128 ? "black" : "white";
  const middle = (most + least) / 2;
  const bit = (value: number, weight: number) => (value > middle ? weight : 0);
  return COLOURS[bit(red, 1) + bit(green, 2) + bit(blue, 4)] ?? "";
}
