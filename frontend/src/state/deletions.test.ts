import { expect, test } from "vitest";
import {
  ask,
  type Doomed,
  due,
  hold,
  NONE,
  nextIn,
  PATIENCE_MS,
  release,
  secondsLeft,
  sent,
  undo,
  waiting,
} from "./deletions";

const pod = (uid: string): Doomed => ({ uid, namespace: "ada", name: `pod-${uid}`, graceSeconds: 30 });
const WEB = pod("1");
const DB = pod("2");

test("a deletion waits its time, and is due then", () => {
  const state = ask(NONE, WEB, 1000);
  expect(nextIn(state, 1000)).toBe(PATIENCE_MS);
  expect(due(state, 1000 + PATIENCE_MS - 1)).toEqual([]);
  expect(due(state, 1000 + PATIENCE_MS)).toEqual([WEB]);
});

test("asking again does not start the countdown anew", () => {
  const state = ask(ask(NONE, WEB, 1000), WEB, 4000);
  expect(due(state, 1000 + PATIENCE_MS)).toEqual([WEB]);
});

test("an undone deletion is never due, and others stay", () => {
  const state = undo(ask(ask(NONE, WEB, 0), DB, 100), WEB.uid);
  expect(due(state, 60_000)).toEqual([DB]);
});

test("what was sent is neither due again nor undone", () => {
  const state = sent(ask(NONE, WEB, 0), [WEB.uid]);
  expect(due(state, 60_000)).toEqual([]);
  expect(waiting(state)).toEqual([]);
  expect(undo(state, WEB.uid)).toBe(state);
  expect(secondsLeft(state, WEB.uid, 0)).toBeNull();
});

test("while it is held nothing counts down, and the time held is given back", () => {
  const held = hold(ask(NONE, WEB, 0), 2000);
  expect(due(held, 60_000)).toEqual([]);
  expect(nextIn(held, 60_000)).toBeNull();
  expect(secondsLeft(held, WEB.uid, 60_000)).toBe(4);
  const released = release(held, 60_000);
  expect(nextIn(released, 60_000)).toBe(4000);
  expect(due(released, 64_000)).toEqual([WEB]);
});

test("one that is asked for while all is held gets its whole time", () => {
  const state = release(ask(hold(NONE, 1000), WEB, 3000), 5000);
  expect(nextIn(state, 5000)).toBe(PATIENCE_MS);
});

test("the seconds that are left are counted as people do", () => {
  const state = ask(NONE, WEB, 0);
  expect([0, 1, 5000, 5999, 7000].map((now) => secondsLeft(state, WEB.uid, now))).toEqual([6, 6, 1, 1, 1]);
});

test("all that waits is what a page that is left has to send, held or not", () => {
  const state = hold(ask(ask(NONE, WEB, 0), DB, 100), 200);
  expect(waiting(state).map((each) => each.pod)).toEqual([WEB, DB]);
});
