import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { whenHidden } from "./hidden";

let visibility: DocumentVisibilityState = "visible";

function turn(to: DocumentVisibilityState) {
  visibility = to;
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility);
});

afterEach(() => {
  visibility = "visible";
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a page that is hidden for long is told of, and its return", () => {
  const said: string[] = [];
  const stop = whenHidden(
    1000,
    () => said.push("hidden"),
    () => said.push("seen"),
  );
  turn("hidden");
  vi.advanceTimersByTime(999);
  turn("visible");
  vi.advanceTimersByTime(5000);
  expect(said).toEqual([]);
  turn("hidden");
  vi.advanceTimersByTime(1000);
  expect(said).toEqual(["hidden"]);
  turn("visible");
  expect(said).toEqual(["hidden", "seen"]);
  stop();
  turn("hidden");
  vi.advanceTimersByTime(5000);
  expect(said).toEqual(["hidden", "seen"]);
});
