import { expect, test } from "vitest";
import { pullWords } from "./pulls";

test("a pull says its layers, and its bytes as far as they are known", () => {
  expect(pullWords({ layersDone: 0, layers: 0, bytesCome: 0, bytes: 0 })).toBe("pulling");
  expect(pullWords({ layersDone: 0, layers: 1, bytesCome: 0, bytes: 0 })).toBe("pulling: 0 of 1 layer");
  expect(pullWords({ layersDone: 3, layers: 7, bytesCome: 4_100_000, bytes: 120_300_000 })).toBe(
    "pulling: 3 of 7 layers, 4.1 of 120 MB",
  );
});
