import { expect, test } from "vitest";
import { marked, matching } from "./log-search";

const line = (text: string, id = 0) => ({ id, member: "web", at: "", text });

test("a text is found by what shows, whatever its case and colours", () => {
  const lines = [line("GET /"), line("an e\u001b[31mrr\u001b[0mor"), line("Error"), line("\u202eerr")];
  expect(matching(lines, "ERR")).toEqual([1, 2, 3]);
  expect(matching(lines, "\\u202e")).toEqual([3]);
  expect(matching(lines, "")).toEqual([]);
});

test("a match that goes over two colours is marked in both", () => {
  const found = marked("an e\u001b[31mrr\u001b[0mor", "err");
  expect(found.filter((piece) => piece.isMatch).map(({ text, look }) => [text, look])).toEqual([
    ["e", ""],
    ["rr", "ansi-red"],
  ]);
  expect(found.map((piece) => piece.text).join("")).toBe("an error");
});
