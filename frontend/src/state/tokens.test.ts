import { expect, test } from "vitest";
import { endOf, SCOPES } from "./tokens";

const NOW = Date.parse("2026-11-27T12:00:00Z");

test.each([
  [null, "never ends"],
  ["2026-11-27T11:59:59Z", "has ended"],
  ["2026-11-27T13:00:00Z", "ends within a day"],
  ["2026-11-29T11:00:00Z", "ends in 2 days"],
])("a token that expires at %s %s", (expiresAt, told) => {
  expect(endOf(expiresAt, NOW)).toBe(told);
});

test("every grade reads", () => {
  expect(Object.values(SCOPES).every((scopes) => scopes.includes("read"))).toBe(true);
});
