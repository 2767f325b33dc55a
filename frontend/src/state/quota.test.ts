import { expect, test } from "vitest";
import type { QuotaUse } from "../api/client";
import { bars } from "./quota";

const use = (resource: QuotaUse["resource"], used: number, limit: number | null, pool = "user"): QuotaUse => ({
  pool,
  resource,
  used,
  limit,
  by: [],
});
const texts = (...uses: QuotaUse[]) => bars(uses).map((bar) => bar.text);

test("pods are always shown, the rest where little is left", () => {
  expect(texts(use("pods", 0, 3), use("members", 3, 16))).toEqual(["0 of 3 pods"]);
  expect(texts(use("members", 14, 16))).toEqual(["14 of 16 members"]);
  expect(texts(use("limits.cpu", 1500, 1600))).toEqual(["1.5 of 1.6 CPUs"]);
  expect(texts(use("limits.memory", 2 ** 30, 2 ** 30))).toEqual(["1 of 1 GiB of memory"]);
  expect(texts(use("limits.memory", 14.3 * 2 ** 30, 16 * 2 ** 30))).toEqual(["14.3 of 16 GiB of memory"]);
  expect(texts(use("limits.memory", 500 * 2 ** 20, 512 * 2 ** 20))).toEqual(["500 of 512 MiB of memory"]);
  expect(texts(use("seconds", 7200, 7200))).toEqual(["2 of 2 h of life"]);
});

test("where there is room for all of them, those show that are nearly empty too", () => {
  const uses = [
    use("pods", 1, 10, "team crew"),
    use("members", 2, 32, "team crew"),
    use("seconds", 0, null, "team crew"),
  ];
  expect(bars(uses, 0).map((bar) => bar.amount)).toEqual(["1 of 10 pods", "2 of 32 members"]);
});

test("what has no limit has no bar", () => {
  expect(texts(use("pods", 7, null))).toEqual([]);
});

test("a pool of many says whose it is", () => {
  expect(texts(use("pods", 1, 1, "guests"))).toEqual(["1 of 1 pod of all guests"]);
  expect(texts(use("pods", 2, 10, "team crew"))).toEqual(["2 of 10 pods of team crew"]);
});

test("a bar is full when nothing is left, also where the limit was lowered", () => {
  expect(bars([use("pods", 2, 3), use("pods", 3, 3, "a"), use("pods", 4, 3, "b")]).map((bar) => bar.isFull)).toEqual([
    false,
    true,
    true,
  ]);
});
