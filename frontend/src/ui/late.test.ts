import { expect, test, vi } from "vitest";
import { arriving } from "./late";

const nowhere = new TypeError("Failed to fetch dynamically imported module");
const atOnce = () => Promise.resolve();

test("a part that does not come at first is asked for again", async () => {
  const load = vi.fn<() => Promise<string>>().mockRejectedValueOnce(nowhere).mockRejectedValueOnce(nowhere);
  load.mockResolvedValue("page");
  expect(await arriving(load, atOnce)).toBe("page");
  expect(load).toHaveBeenCalledTimes(3);
});

test("each wait is longer than the one before", async () => {
  const waits: number[] = [];
  const wait = async (ms: number) => void waits.push(ms);
  await expect(arriving(() => Promise.reject(nowhere), wait)).rejects.toBe(nowhere);
  expect(waits.length).toBeGreaterThan(2);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
});

test("a part that came is asked for once", async () => {
  const load = vi.fn(() => Promise.resolve("page"));
  await arriving(load, atOnce);
  expect(load).toHaveBeenCalledTimes(1);
});
