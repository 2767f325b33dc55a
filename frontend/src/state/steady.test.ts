import { expect, test } from "vitest";
import { POD, SAMPLE } from "../testing/frames";
import { pictureOf } from "./picture";
import { readPod } from "./pod";
import { sceneOf } from "./scene";
import { LINGER_MS, settled, UNSETTLED, until } from "./steady";

const TALKING = sceneOf(readPod(POD), SAMPLE);
const SILENT = { ...TALKING, talks: [] };

test("a connection that lasted a moment stays for a while, told as over", () => {
  const open = settled(UNSETTLED, TALKING, 0);
  expect(open.scene).toBe(TALKING);
  expect(until(open)).toBeNull();
  const over = settled(open, SILENT, 100);
  expect(over.scene?.talks).toMatchObject([{ from: "toolbox", to: "web", isOver: true }]);
  expect(until(over)).toBe(LINGER_MS);
  expect(settled(over, SILENT, LINGER_MS).scene).toBe(SILENT);
});

test("one that opens again is open, and was never gone", () => {
  const again = settled(settled(settled(UNSETTLED, TALKING, 0), SILENT, 100), TALKING, 200);
  expect(again.scene?.talks.map((talk) => talk.isOver)).toEqual([false]);
});

test("room once made is kept: nothing moves when a connection comes back", () => {
  const wide = pictureOf(TALKING, 720);
  const after = pictureOf(SILENT, 720, wide.lanes);
  expect(after.height).toBe(wide.height);
  expect(after.plugs.map((plug) => plug.y)).toEqual(wide.plugs.map((plug) => plug.y));
});
