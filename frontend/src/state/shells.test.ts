import { describe, expect, test } from "vitest";
import * as shells from "./shells";

const tab = (id: string): shells.Tab => ({
  id,
  writer: "w",
  member: "web",
  user: "",
  name: id,
  begun: true,
  left: null,
});
const three = ["a", "b", "c"].map(tab).reduce(shells.opened, shells.NO_SHELLS);

describe("tabs", () => {
  test("a new one shows, and a chosen one takes its place", () => {
    expect(three.left).toBe("c");
    expect(shells.chosen(three, "a").left).toBe("a");
  });

  test("two show side by side, and change places", () => {
    const both = shells.split(three);
    expect([both.left, both.right]).toEqual(["c", "a"]);
    const swapped = shells.chosen(both, "a");
    expect([swapped.left, swapped.right]).toEqual(["a", "c"]);
    expect(shells.split(both).right).toBe("");
    expect(shells.split(shells.opened(shells.NO_SHELLS, tab("a"))).right).toBe("");
  });

  test("a closed one leaves its place to the one beside it, or to its neighbour", () => {
    expect(shells.closed(shells.split(three), "c")).toMatchObject({ left: "a", right: "" });
    expect(shells.closed(shells.chosen(three, "b"), "b").left).toBe("c");
    expect(shells.closed(three, "c").left).toBe("b");
    expect(shells.closed(three, "a").left).toBe("c");
    expect(shells.closed(shells.opened(shells.NO_SHELLS, tab("a")), "a")).toEqual(shells.NO_SHELLS);
  });

  test("are found again after a reload, with what was not sent yet", () => {
    const before = shells.changed(three, "b", { left: { position: 3, bytes: [1, 2] } });
    expect(shells.readShells(JSON.stringify(before))).toEqual(before);
    for (const nonsense of [null, "", "{", "[]", '"x"']) expect(shells.readShells(nonsense)).toEqual(shells.NO_SHELLS);
  });
});

describe("pasting", () => {
  test("asks before many lines, not before few", () => {
    expect(shells.pasteQuestion("one\ntwo\nthree\nfour\n")).toBeNull();
    expect(shells.pasteQuestion("1\r\n2\r\n3\r4\n5")).toEqual({ lines: 5, preview: "1\n2\n3\n4\n5" });
    expect(shells.pasteQuestion("x\n".repeat(100))?.preview).toContain("… and 88 more");
  });

  test("types no control character but tabs and ends of lines", () => {
    expect(shells.pasteable("a\x1b[201~rm\tb\r\nc\x9b\x03\x7f")).toBe("a[201~rm\tb\r\nc");
  });
});

test("only http and https links of a container are followed", () => {
  expect(shells.linkTarget("https://example.com/x")).toBe("https://example.com/x");
  for (const uri of ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//x", "x"])
    expect(shells.linkTarget(uri)).toBeNull();
});

test("a debug member gets a name that is free", () => {
  expect(shells.debugName(["web", "debug-1"])).toBe("debug-2");
});
