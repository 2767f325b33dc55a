import { describe, expect, test } from "vitest";
import type { Frames } from "../api/recording";
import { POD, SAMPLE, SNAPSHOT } from "../testing/frames";
import { FRAMES, RECORDING } from "../testing/recording";
import { liveness } from "./live";
import { at, isCovered, watched } from "./past";
import { readPod } from "./pod";

const moment = (time: string) => Date.parse(`2026-01-02T${time}Z`);
const then = (time: string, frames: Frames = FRAMES) => at(SNAPSHOT, RECORDING, frames, moment(time));

describe("a moment somebody watched", () => {
  test("has the last sample before it, and says that it is recorded", () => {
    const state = then("14:32:05");
    expect(state.sample?.rev).toBe(5);
    expect(then("14:32:07.250").sample?.rev).toBe(7);
    expect(liveness(state, Date.now())).toEqual({ state: "recorded", at: moment("14:32:05") });
    expect(state.recorded).toMatchObject({ isGap: false, lacksStatus: false });
  });

  test("has the status of then and the spec of now", () => {
    const pod = then("14:32:05").snapshot?.pod;
    expect(readPod(pod ?? {}).members.map((member) => [member.name, member.state])).toEqual([
      ["web", "terminated"],
      ["toolbox", "waiting"],
    ]);
    expect(pod?.spec).toEqual(POD.spec);
  });

  test("has the events and calls that there were by then", () => {
    const state = then("14:31:00.500");
    expect(state.snapshot?.events.map((event) => event.reason)).toEqual(["Scheduled"]);
    expect(state.snapshot?.steps.map((step) => step.verb)).toEqual(["CreatePause"]);
  });

  test("knows of an event that came again only that it had come once", () => {
    const again = {
      reason: "BackOff",
      count: 9,
      firstTimestamp: "2026-01-02T14:31:10Z",
      lastTimestamp: "2026-01-02T15:00:00Z",
    };
    const state = at({ ...SNAPSHOT, events: [again] }, RECORDING, FRAMES, moment("14:32:05"));
    expect(state.snapshot?.events).toEqual([{ ...again, lastTimestamp: again.firstTimestamp, count: 1 }]);
  });
});

test("of a moment nobody watched no sample is shown, not even an older one", () => {
  const state = then("14:33:00");
  expect(state.sample).toBeNull();
  expect(state.recorded?.isGap).toBe(true);
});

test("a deletion asked for later is not shown before, and is after", () => {
  const pod = { ...POD, metadata: { ...POD.metadata, deletionTimestamp: "2026-01-02T14:40:00Z" } };
  const ending = { ...SNAPSHOT, pod };
  expect(readPod(at(ending, RECORDING, FRAMES, moment("14:32:05")).snapshot?.pod ?? {}).deletedAt).toBe("");
  const asked = { ...FRAMES, statuses: FRAMES.statuses.map((status) => ({ ...status, isEnding: true })) };
  expect(readPod(at(ending, RECORDING, asked, moment("14:32:05")).snapshot?.pod ?? {}).deletedAt).not.toBe("");
});

describe("where no status was kept", () => {
  const none = { ...FRAMES, statuses: [] };

  test("the pod was Pending if its recording begins with it", () => {
    const state = then("14:31:00.100", none);
    expect(readPod(state.snapshot?.pod ?? {}).phase).toBe("Pending");
    expect(state.recorded?.lacksStatus).toBe(false);
  });

  test("else the present one is shown, and that is said", () => {
    const state = at(SNAPSHOT, { ...RECORDING, heldFrom: "2026-01-02T14:32:00Z" }, none, moment("14:32:05"));
    expect(readPod(state.snapshot?.pod ?? {}).phase).toBe("Running");
    expect(state.recorded?.lacksStatus).toBe(true);
  });
});

test("a span that is open goes on to now, for as long as its last word holds", () => {
  const open = { ...RECORDING, spans: [{ start: "2026-01-02T14:32:00Z", end: "2026-01-02T14:32:10Z", isOpen: true }] };
  expect(watched(open, moment("14:32:14")).map(({ to }) => to)).toEqual([moment("14:32:14")]);
  expect(watched(open, moment("15:00:00")).map(({ to }) => to)).toEqual([moment("14:32:25")]);
  expect([isCovered(open, moment("14:32:20")), isCovered(RECORDING, moment("14:32:20"))]).toEqual([true, false]);
});

test("the sample that is shown is the one that was recorded, whole", () => {
  expect(then("14:32:07.250").sample).toEqual({ ...SAMPLE, rev: 7, at: "2026-01-02T14:32:07.000Z" });
});
