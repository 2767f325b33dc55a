import { expect, test } from "vitest";
import { isVisitNear, visitLeft, visitTerms, visitWords } from "./visit";

const NOW = Date.parse("2026-11-28T12:00:00Z");

test("a visit counts down to its end, and who is no guest has none", () => {
  expect(visitLeft("2026-11-28T15:59:30Z", NOW)).toBe(14_370_000);
  expect(visitLeft("2026-11-28T11:00:00Z", NOW)).toBe(0);
  expect(visitLeft("", NOW)).toBeNull();
  expect(visitWords(14_370_000)).toBe("Your visit ends in 3 h 59 min");
  expect(visitWords(0)).toBe("Your visit is over");
  expect([301_000, 300_000, 0].map(isVisitNear)).toEqual([false, true, true]);
});

test("what goes with it is said, and the way to an account that there is here", () => {
  expect(visitTerms("")[0]).toContain("your pods are deleted with their volumes");
  expect(visitTerms("").at(-1)).toContain("ask whoever gave you the code");
  expect(visitTerms("Example").at(-1)).toContain("sign in with Example");
});
