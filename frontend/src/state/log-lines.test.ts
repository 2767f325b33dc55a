import { describe, expect, test } from "vitest";
import { type Line, LONGEST_LINE, MOST_CHARACTERS, MOST_LINES, merged, NO_LINES, Seam, Splitter } from "./log-lines";

const stamp = (at: number) => `2026-01-02T03:04:05.${String(at).padStart(9, "0")}Z`;
const line = (id: number, at: number, text = "x", member = "web"): Line => ({ id, member, at: stamp(at), text });
const texts = (lines: readonly Line[]) => lines.map((each) => each.text);

/** Every text cut at each of its places gives the same lines. */
test("lines are the same however the stream is cut", () => {
  const text = `${stamp(1)} one\n${stamp(2)} two\r\n\n${stamp(3)} last`;
  for (let at = 0; at <= text.length; at += 1) {
    const splitter = new Splitter("web");
    const found = [...splitter.push(text.slice(0, at)), ...splitter.push(text.slice(at)), ...splitter.end()];
    expect(texts(found)).toEqual(["one", "two", "", "last"]);
    expect(found.map((each) => each.at)).toEqual([stamp(1), stamp(2), "", stamp(3)]);
  }
});

test("a line without an end is cut, and says how much is not shown", () => {
  const splitter = new Splitter("web");
  for (let at = 0; at < 100; at += 1) splitter.push("y".repeat(1000));
  const [only] = splitter.push("\n");
  expect(only?.text.startsWith("y".repeat(LONGEST_LINE))).toBe(true);
  expect(only?.text.endsWith("… 90000 more characters")).toBe(true);
});

test("times of fewer digits sort among the others", () => {
  const [found] = new Splitter("web").push("2026-01-02T03:04:05.5Z x\n");
  expect(found?.at).toBe("2026-01-02T03:04:05.500000000Z");
});

describe("where a stream is taken up again", () => {
  test("no line is there twice, and none is missing", () => {
    const seam = new Seam();
    expect(seam.begin()).toBe("");
    seam.take([line(1, 1_000_000, "a"), line(2, 9_000_000, "b"), line(3, 9_000_000, "b")]);
    expect(seam.begin()).toBe("2026-01-02T03:04:05.007Z");
    const again = [line(4, 9_000_000, "b"), line(5, 9_000_000, "b"), line(6, 9_000_000, "c"), line(7, 9_100_000, "b")];
    expect(seam.take(again).map((each) => each.id)).toEqual([6, 7]);
  });
});

describe("the lines of all members", () => {
  test("are in the order of their times, wherever each came from", () => {
    const one = merged(NO_LINES, [line(1, 10, "a"), line(2, 30, "c")]);
    const both = merged(one, [line(3, 40, "d", "box"), line(4, 20, "b", "box"), line(5, 30, "c2", "box")]);
    expect(texts(both.lines)).toEqual(["a", "b", "c", "c2", "d"]);
  });

  test("are no more than the page holds, and what had to go is counted", () => {
    const many = Array.from({ length: MOST_LINES + 5 }, (_, at) => line(at, at));
    const held = merged(merged(NO_LINES, many), [line(99_999, 999_999, "newest")]);
    expect(held.lines.length).toBe(MOST_LINES);
    expect(held.dropped).toBe(6);
    expect(held.total).toBe(MOST_LINES + 6);
    expect(held.lines.at(-1)?.text).toBe("newest");
  });

  test("are fewer where they are long", () => {
    const long = Array.from({ length: 1000 }, (_, at) => line(at, at, "y".repeat(LONGEST_LINE)));
    const { lines } = merged(NO_LINES, long);
    expect(lines.length).toBe(MOST_CHARACTERS / LONGEST_LINE);
  });
});
