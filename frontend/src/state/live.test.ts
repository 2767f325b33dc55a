import { describe, expect, test } from "vitest";
import type { Live, Stream } from "../api/wire";
import { POD, SAMPLE, SNAPSHOT } from "../testing/frames";
import { apply, isDead, type LiveState, liveness, lost, opened, refused, START } from "./live";

const LIVE: Stream = { type: "stream", state: "live", reason: "" };
const still = (rev: number): Live => ({ type: "still", rev, at: "" });

function received(messages: readonly Live[], from: LiveState = opened(START, 0)): LiveState {
  return messages.reduce((state, message) => apply(state, message, 1000), from);
}

describe("messages", () => {
  test("a lower revision of the pod or of a sample is dropped", () => {
    const old = { ...SNAPSHOT, rev: 2, events: [] };
    const state = received([SNAPSHOT, SAMPLE, old, { ...SAMPLE, rev: 6, processes: [] }]);
    expect(state.snapshot).toBe(SNAPSHOT);
    expect(state.sample).toEqual(SAMPLE);
  });

  test("frames in another order end in the same state", () => {
    const newer = { ...SAMPLE, rev: 8 };
    expect(received([SNAPSHOT, LIVE, SAMPLE, newer])).toEqual(received([LIVE, newer, SAMPLE, SNAPSHOT]));
  });

  test("a new connection starts revisions anew and keeps what was seen until it is replaced", () => {
    const again = opened(lost(received([SNAPSHOT, SAMPLE]), 2000), 3000);
    expect(again.sample).toEqual(SAMPLE);
    expect(received([{ ...SAMPLE, rev: 1 }], again).sample?.rev).toBe(1);
  });

  test("another pod under the same name starts with nothing of the old one's", () => {
    const other = { ...SNAPSHOT, rev: 4, pod: { ...POD, metadata: { ...POD.metadata, uid: "u-2" } } };
    const state = received([SNAPSHOT, SAMPLE, other]);
    expect(state.sample).toBeNull();
    expect(state.snapshot).toBe(other);
  });
});

describe("a pod that ends", () => {
  const ending = {
    ...SNAPSHOT,
    rev: 4,
    pod: { ...POD, metadata: { ...POD.metadata, deletionTimestamp: "2026-01-02T14:33:00Z" } },
  };
  const pauseOnly = { ...SAMPLE, rev: 8, processes: SAMPLE.processes.filter((each) => each.member === "") };
  const empty = { ...SAMPLE, rev: 9, processes: [], network: null };

  test("keeps the last sample that had a member's process, and says that it ends", () => {
    const state = received([SNAPSHOT, LIVE, SAMPLE, ending, pauseOnly, empty]);
    expect(state.sample).toEqual(SAMPLE);
    expect(liveness(apply(state, still(9), 1500), 1600)).toEqual({ state: "ending" });
    expect(isDead(state, 60_000)).toBe(false);
    expect(received([{ type: "gone", uid: "u-1" }], state).sample).toEqual(SAMPLE);
  });

  test("is still live while its members run", () => {
    const fewer = { ...SAMPLE, rev: 8, processes: SAMPLE.processes.filter((each) => each.member !== "web") };
    const state = received([SNAPSHOT, LIVE, SAMPLE, ending, fewer]);
    expect(state.sample).toEqual(fewer);
    expect(liveness(state, 1100).state).toBe("live");
  });

  test("is not called waiting", () => {
    const waiting: Stream = { type: "stream", state: "waiting", reason: "" };
    expect(liveness(received([ending, waiting]), 1100)).toEqual({ state: "ending" });
  });

  test("a pod that was not deleted is shown empty when it is", () => {
    expect(received([SNAPSHOT, LIVE, SAMPLE, empty]).sample).toEqual(empty);
  });
});

describe("what is said about it", () => {
  test("it connects until a sample has come on this connection", () => {
    expect(liveness(START, 0).state).toBe("connecting");
    expect(liveness(received([SNAPSHOT, LIVE]), 1100).state).toBe("connecting");
    const again = opened(lost(received([SAMPLE]), 2000), 3000);
    expect(liveness(again, 3100).state).toBe("connecting");
  });

  test("it is live for three seconds after a frame, then stale as of that frame", () => {
    const state = received([SNAPSHOT, LIVE, SAMPLE]);
    expect(liveness(state, 4000)).toEqual({ state: "live" });
    expect(liveness(state, 4001)).toEqual({ state: "stale", asOf: 1000, reason: "" });
    expect(liveness(apply(state, still(7), 4000), 6999).state).toBe("live");
  });

  test("a still of a sample that never came does not make the shown one live", () => {
    const state = apply(received([SNAPSHOT, LIVE, SAMPLE]), still(8), 4000);
    expect(liveness(state, 4500).state).toBe("stale");
  });

  test("a lost connection is reconnecting since the loss, however often it is tried", () => {
    const state = lost(lost(received([SAMPLE]), 5000), 9000);
    expect(liveness(state, 9500)).toEqual({ state: "reconnecting", since: 5000 });
  });

  test("a pod where nothing runs is waiting, not stale", () => {
    const waiting: Stream = { type: "stream", state: "waiting", reason: "no container runs" };
    expect(liveness(received([SNAPSHOT, waiting]), 60_000).state).toBe("waiting");
    expect(isDead(received([SNAPSHOT, waiting]), 60_000)).toBe(false);
  });

  test("a node that cannot be read makes it stale with the reason", () => {
    const away: Stream = { type: "stream", state: "unavailable", reason: "the node does not answer" };
    expect(liveness(received([SAMPLE, away]), 1001)).toEqual({ state: "stale", asOf: 1000, reason: away.reason });
  });

  test("gone stays gone when the socket closes after it", () => {
    const state = lost(received([SAMPLE, { type: "gone", uid: "u-1" }]), 5000);
    expect(liveness(state, 6000).state).toBe("gone");
    expect(liveness(refused(START, "not-found"), 0).state).toBe("gone");
  });

  test("a connection silent for ten seconds is dead", () => {
    const state = received([SNAPSHOT, LIVE, SAMPLE]);
    expect(isDead(state, 11_000)).toBe(false);
    expect(isDead(state, 11_001)).toBe(true);
  });
});
