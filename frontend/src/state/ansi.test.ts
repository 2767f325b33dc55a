import { describe, expect, test } from "vitest";
import { pieces, plainText } from "./ansi";

const ESC = "\u001b";

test("a colour and a weight are class names, and end where they are told to", () => {
  expect(pieces(`a ${ESC}[1;31mb${ESC}[0m c`)).toEqual([
    { text: "a ", look: "" },
    { text: "b", look: "ansi-red ansi-bold" },
    { text: " c", look: "" },
  ]);
});

test("bright, indexed and true colours are the one of eight that is nearest", () => {
  const look = (parameters: string) => pieces(`${ESC}[${parameters}mx`)[0]?.look;
  expect(look("92")).toBe("ansi-green");
  expect(look("38;5;196")).toBe("ansi-red");
  expect(look("38;2;20;40;250")).toBe("ansi-blue");
  expect(look("38;5;244")).toBe("ansi-white");
  expect(look("48;5;196;4")).toBe("ansi-underline");
});

test("what hides text or paints behind it is left out", () => {
  expect(pieces(`${ESC}[8;41;5msecret`)).toEqual([{ text: "secret", look: "" }]);
});

test("the cursor moves nothing, and what it would have hidden is there", () => {
  expect(plainText(`rm -rf /${ESC}[2K${ESC}[1Gls`)).toBe("rm -rf /ls");
});

describe("written out, never done", () => {
  test.each([
    ["a title", `${ESC}]0;pwned\u0007`, "\\x1b]0;pwned\\x07"],
    [
      "a link",
      `${ESC}]8;;http://evil${ESC}\\here${ESC}]8;;${ESC}\\`,
      "\\x1b]8;;http://evil\\x1b\\here\\x1b]8;;\\x1b\\",
    ],
    ["the clipboard", `${ESC}]52;c;cm0=\u0007`, "\\x1b]52;c;cm0=\\x07"],
    ["a device control string", `${ESC}P+q544e${ESC}\\`, "\\x1bP+q544e\\x1b\\"],
    ["a sequence that does not end", `${ESC}[31`, "\\x1b[31"],
    ["a question to the terminal", `${ESC}[6n`, "\\x1b[6n"],
  ])("%s", (_, raw, shown) => {
    expect(plainText(raw)).toBe(shown);
  });
});

test("a line of nothing but beginnings takes no longer than others", () => {
  const began = performance.now();
  plainText(`${ESC}[`.repeat(50_000) + "1;".repeat(50_000));
  expect(performance.now() - began).toBeLessThan(10_000);
});
