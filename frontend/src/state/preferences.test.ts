import { expect, test } from "vitest";
import { chosen, following, THEME } from "./preferences";

test("what was stored holds if it is a choice, else the first one does", () => {
  expect(chosen(THEME, "dark")).toBe("dark");
  expect(chosen(THEME, "sepia")).toBe("system");
  expect(chosen(THEME, null)).toBe("system");
});

test("a switch goes round", () => {
  expect(following(THEME, "system")).toBe("light");
  expect(following(THEME, "dark")).toBe("system");
});
