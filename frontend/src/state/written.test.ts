import { describe, expect, test } from "vitest";
import { POD, SAMPLE } from "../testing/frames";
import { shared } from "./share";
import { copyOf, nextName, written } from "./written";

describe("a pod as somebody would write it", () => {
  const pod = {
    ...POD,
    metadata: {
      ...POD.metadata,
      resourceVersion: "7",
      generation: 1,
      labels: { app: "blog" },
      annotations: { "playground/profile": "baseline", note: "mine" },
    },
  };

  test("has no status, no node and nothing of the service's in its metadata", () => {
    const { nodeName, ...spec } = POD.spec;
    expect(nodeName).toBe("n1");
    expect(written(pod)).toEqual({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "demo", labels: { app: "blog" }, annotations: { note: "mine" } },
      spec,
    });
    expect(written(POD).metadata).toEqual({ name: "demo" });
  });

  test("a copy has another name, never too long a one", () => {
    expect(copyOf(pod).metadata).toMatchObject({ name: "demo-2", labels: { app: "blog" } });
    expect([nextName("a-2"), nextName("a-b"), nextName("x".repeat(63))]).toEqual([
      "a-3",
      "a-b-2",
      `${"x".repeat(61)}-2`,
    ]);
  });
});

describe("what did not change keeps its identity", () => {
  const again = () => structuredClone(SAMPLE);

  test("all of it, if nothing changed", () => {
    expect(shared(SAMPLE, again())).toBe(SAMPLE);
  });

  test("the parts that did not, and processes that moved for one that came", () => {
    const [first] = SAMPLE.processes;
    if (!first) throw new Error("the recorded sample has processes");
    const next = again();
    next.processes.unshift({ ...first, hostPid: 42 });
    next.rev += 1;
    const found = shared(SAMPLE, next);
    expect(found.network).toBe(SAMPLE.network);
    expect(found.processes[0]?.hostPid).toBe(42);
    expect(found.processes.slice(1).every((each, at) => each === SAMPLE.processes[at])).toBe(true);
    expect(found).toEqual(next);
  });

  test("what went is gone", () => {
    expect(shared<readonly number[]>([1, 2], [1])).toEqual([1]);
    expect(shared<object>({ a: 1, b: 2 }, { a: 1 })).toEqual({ a: 1 });
  });
});
