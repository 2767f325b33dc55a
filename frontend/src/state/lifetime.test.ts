import { describe, expect, test } from "vitest";
import { countdown, type Ending, isNear, leftOf, minutesInWords, offered, whyItEnds, withinVisit } from "./lifetime";

const NOW = Date.parse("2026-11-27T12:00:00Z");
const POD: Ending = {
  expiresAt: "2026-11-27T20:00:00Z",
  extendableUntil: "2026-11-28T12:00:00Z",
  deletedAt: "",
  idleSeconds: 3600,
  phase: "Running",
  reason: "",
};
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
  expect(offered({ ...POD, extendableUntil: "2026-11-27T20:20:30Z" })).toBe(20);
  expect(minutesInWords(20)).toBe("20 min");
  expect(offered({ ...POD, extendableUntil: POD.expiresAt })).toBe(0);
});

describe("what ends a pod, and what puts that off", () => {
  const OWNER = { mayChange: true, visitUntil: "" };
  const told = (pod: Partial<Ending>, viewer = OWNER, now = NOW) =>
    whyItEnds(withinVisit({ ...POD, ...pod }, viewer.visitUntil), viewer, "12:00 UTC", now);
  const USE =
    "Use is its page or card in sight (a tab hidden for 5 min is not), typing in a shell, following its log, a preview, or a request about it.";
  const TIME = "Then its time is over, and it is deleted with its volumes.";

  test("its time, up to a ceiling, and before that that nobody uses it", () => {
    expect(told({})).toBe(
      `${TIME} Extend it, up to 12:00 UTC. Unused for 1 h, it is stopped before that and keeps its volumes. ${USE}`,
    );
    expect(told({ idleSeconds: 0 })).toBe(`${TIME} Extend it, up to 12:00 UTC.`);
    expect(told({ idleSeconds: 0, extendableUntil: POD.expiresAt })).toBe(`${TIME} It cannot be extended any further.`);
  });

  test("who may not change it is not told to", () => {
    expect(told({ idleSeconds: 0 }, { ...OWNER, mayChange: false })).toBe(
      `${TIME} Who may change it can extend it, up to 12:00 UTC.`,
    );
  });

  test("for want of use only what is to run is stopped", () => {
    for (const phase of ["Pending", "Running"]) expect(told({ phase })).toContain("Unused");
    for (const pod of [{ phase: "Succeeded" }, { phase: "Failed" }, { reason: "Stopped" }, { reason: "Idle" }])
      expect(told(pod)).not.toContain("Unused");
  });

  test("who looks at it now uses it: with less time left than it may be idle, only its time ends it", () => {
    expect(told({}, OWNER, Date.parse(POD.expiresAt) - 60 * MINUTE)).not.toContain("Unused");
    expect(told({}, OWNER, Date.parse(POD.expiresAt) - 61 * MINUTE)).toContain("Unused");
  });

  test("without an end by time only want of use ends it, and nothing ends one that may be idle", () => {
    const endless = { expiresAt: "", extendableUntil: "" };
    expect(told(endless)).toBe(`Unused for 1 h, it is stopped and keeps its volumes. ${USE}`);
    expect(told({ ...endless, idleSeconds: 0 })).toBe("");
    expect(told({ ...endless, phase: "Succeeded" })).toBe("");
  });

  test("a guest's own pod ends with the visit, where that is sooner", () => {
    const guest = { mayChange: true, visitUntil: "2026-11-27T14:00:00Z" };
    const pod = withinVisit({ ...POD }, guest.visitUntil);
    expect([leftOf(pod, NOW), offered(pod)]).toEqual([120 * MINUTE, 0]);
    expect(told({ idleSeconds: 0 }, guest)).toBe(
      "Then your visit is over, and it is deleted with its volumes. Nothing puts that off.",
    );
    const until = withinVisit({ ...POD }, "2026-11-27T20:30:00Z");
    expect([until.expiresAt, offered(until)]).toEqual([POD.expiresAt, 30]);
    expect(withinVisit({ ...POD, expiresAt: "", extendableUntil: "" }, guest.visitUntil).expiresAt).toBe(
      guest.visitUntil,
    );
  });
});
