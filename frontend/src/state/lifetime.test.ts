import { expect, test } from "vitest";
import { countdown, isNear, leftOf, minutesInWords, offered, whyItEnds } from "./lifetime";

const NOW = Date.parse("2026-11-27T12:00:00Z");
const POD = { expiresAt: "2026-11-27T20:00:00Z", extendableUntil: "2026-11-28T12:00:00Z", deletedAt: "" };
const MINUTE = 60_000;

test("what is left counts down to nothing, and a pod without an end has none", () => {
  expect(leftOf(POD, NOW)).toBe(8 * 60 * MINUTE);
  expect(leftOf(POD, NOW + 9 * 60 * MINUTE)).toBe(0);
  expect(leftOf({ ...POD, expiresAt: "" }, NOW)).toBeNull();
  expect(leftOf({ ...POD, deletedAt: "2026-11-27T12:00:00Z" }, NOW)).toBeNull();
});

test.each([
  [27 * 60 * MINUTE, "1 d 3 h"],
  [8 * 60 * MINUTE - 1, "7 h 59 min"],
  [60 * MINUTE, "1 h"],
  [25 * MINUTE + 59_000, "25 min"],
  [5 * MINUTE, "5 min"],
  [4 * MINUTE + 30_000, "4 min 30 s"],
  [12_900, "12 s"],
  [0, "0 s"],
])("%i ms are %s", (ms, words) => {
  expect(countdown(ms)).toBe(words);
});

test("the last five minutes are near", () => {
  expect([null, 5 * MINUTE + 1, 5 * MINUTE, 0].map(isNear)).toEqual([false, false, true, true]);
});

test("an hour is offered, or what is left below the ceiling", () => {
  expect(offered(POD)).toBe(60);
  const almost = { ...POD, extendableUntil: "2026-11-27T20:20:30Z" };
  expect(offered(almost)).toBe(20);
  expect(minutesInWords(20)).toBe("20 min");
  expect(whyItEnds(almost, "20:20:30")).toContain("Extend it, up to 20:20:30.");
  const all = { ...POD, extendableUntil: POD.expiresAt };
  expect(offered(all)).toBe(0);
  expect(whyItEnds(all, "20:00:00")).toContain("It cannot be extended any further.");
});
