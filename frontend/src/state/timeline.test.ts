import { describe, expect, test } from "vitest";
import { POD, SNAPSHOT } from "../testing/frames";
import { RECORDING } from "../testing/recording";
import { kept, momentSentence } from "./captions-past";
import { START } from "./live";
import { readPod } from "./pod";
import { lives, moments, place, reach, stepped } from "./timeline";

const FACTS = readPod(POD);
const moment = (time: string) => Date.parse(`2026-01-02T14:${time}Z`);

test("what the engine did and what Kubernetes says stand in one order", () => {
  const told = moments(RECORDING, SNAPSHOT.events).map((each) => `${each.track}: ${each.title}`);
  expect(told).toEqual([
    "kubernetes: Scheduled",
    "engine: started",
    "engine: started",
    "kubernetes: Failed",
    "engine: got signal 9",
    "engine: ended with 137",
    "terminal: web 1 wrote",
    "engine: started",
  ]);
});

test("an event that came several times has a first and a last moment", () => {
  const event = {
    metadata: { uid: "e" },
    reason: "BackOff",
    message: "again",
    type: "Warning",
    count: 3,
    firstTimestamp: "2026-01-02T14:31:05Z",
    lastTimestamp: "2026-01-02T14:32:05Z",
    involvedObject: { fieldPath: "spec.containers{web}" },
  };
  const found = moments({ ...RECORDING, markers: [], shells: [] }, [event]);
  expect(found.map(({ at, detail, member, isBad }) => [at, detail, member, isBad])).toEqual([
    [moment("31:05"), "again", "web", true],
    [moment("32:05"), "again ×3", "web", true],
  ]);
});

describe("how long attempts lived", () => {
  test("from their start to their end, and on to now", () => {
    expect(lives(RECORDING, FACTS)).toEqual([
      { member: "web", attempt: 0, from: moment("31:02"), to: moment("32:04.100") },
      { member: "", attempt: 0, from: moment("31:01"), to: null },
      { member: "web", attempt: 1, from: moment("32:06"), to: null },
    ]);
  });

  test("one whose start was not heard began before all that is held", () => {
    const heard = { ...RECORDING, markers: RECORDING.markers.slice(3, 4) };
    expect(lives(heard, FACTS)[0]).toMatchObject({ from: moment("31:00.400"), to: moment("32:04.100") });
  });

  test("one that runs and of which nothing was heard runs since its status says so", () => {
    expect(lives({ ...RECORDING, markers: [] }, FACTS)).toEqual([
      { member: "web", attempt: 0, from: moment("31:02"), to: null },
    ]);
  });
});

describe("what part of time shows", () => {
  const now = moment("40:00");

  test("from the pod's beginning to now", () => {
    expect(reach(RECORDING, FACTS, now, false)).toEqual({ from: moment("31:00"), to: now });
  });

  test("not what was dropped, nor more than is kept", () => {
    const dropped = { ...RECORDING, heldFrom: "2026-01-02T14:35:00Z" };
    expect(reach(dropped, FACTS, now, false).from).toBe(moment("35:00"));
    const short = { ...RECORDING, bounds: { ...RECORDING.bounds, seconds: 60 } };
    expect(reach(short, FACTS, now, false).from).toBe(moment("31:30"));
  });

  test("of a pod that is gone up to its last record", () => {
    expect(reach(RECORDING, FACTS, now, true).to).toBe(moment("32:30"));
  });

  test("a moment outside stands at the end", () => {
    const shown = { from: 0, to: 2000 };
    expect([-5, 0, 500, 9000].map((each) => place(shown, each))).toEqual([0, 0, 250, 1000]);
  });
});

test("arrows go a second, with Shift ten, Page a tenth of what shows, and never beyond it", () => {
  const shown = { from: 0, to: 100_000 };
  const from = (key: string, isLarge = false) => stepped(shown, 50_000, key, isLarge);
  expect(["ArrowLeft", "ArrowUp", "PageDown", "PageUp", "Home", "End", "a"].map((key) => from(key))).toEqual([
    49_000,
    51_000,
    40_000,
    60_000,
    0,
    100_000,
    null,
  ]);
  expect([from("ArrowLeft", true), stepped(shown, 99_900, "ArrowRight", false)]).toEqual([40_000, 100_000]);
});

test("what is kept, and what is not, is said", () => {
  const told = kept({ ...RECORDING, heldFrom: "2026-01-02T14:35:00Z" }).join(" ");
  expect(told).toContain("Samples only while somebody watched, at most 4 a second");
  expect(told).toContain("the last 8.4 MB or 2 h of a pod; now 41.9 kB");
  expect(told).toContain("has been dropped");
  expect(kept({ ...RECORDING, bounds: { ...RECORDING.bounds, size: 0 } })).toEqual([
    "This node records nothing: its setting is 0 bytes.",
  ]);
  const state = { ...START, recorded: { at: moment("32:05"), isGap: true, lacksStatus: true } };
  expect(momentSentence(state, "oops")).toMatch(/\(oops\)\. Nobody watched .* No status was kept/);
  expect(momentSentence(START, "")).toBe("The page shows the present.");
});
