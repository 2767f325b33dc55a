import { expect, test } from "vitest";
import { readPod } from "./pod";

const ended = { name: "i", state: { terminated: { reason: "Completed", exitCode: 0 } }, ready: true };
const runs = (name: string) => ({ name, state: { running: {} }, ready: true, restartCount: 1 });

test("members of every list are there, in the order of their start, each with what it is to the pod", () => {
  const pod = readPod({
    metadata: { name: "web" },
    spec: {
      initContainers: [{ name: "i" }, { name: "side", restartPolicy: "Always" }],
      containers: [{ name: "main" }],
      ephemeralContainers: [{ name: "dbg" }],
    },
    status: {
      phase: "Running",
      initContainerStatuses: [ended, runs("side")],
      containerStatuses: [runs("main")],
      ephemeralContainerStatuses: [runs("dbg")],
    },
  });
  expect(pod.members.map(({ name, role, state }) => [name, role, state])).toEqual([
    ["i", "init", "terminated"],
    ["side", "sidecar", "running"],
    ["main", "", "running"],
    ["dbg", "debug", "running"],
  ]);
  expect(pod.members[1]?.restarts).toBe(1);
});
