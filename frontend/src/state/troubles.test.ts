import { describe, expect, test } from "vitest";
import { POD } from "../testing/frames";
import { readPod } from "./pod";
import { reasonOf, shortened, troubles, whyNothingRuns } from "./troubles";

const TAKEN =
  "driver failed programming external connectivity on endpoint pg_main_POD_demo_1 (c588c5122bd385942ba7827c699e): " +
  "Error starting userland proxy: listen tcp4 127.0.0.1:8123: bind: address already in use";

function pending(condition: object, nodeName = "n1") {
  const spec = { ...POD.spec, nodeName };
  return readPod({ ...POD, spec, status: { phase: "Pending", conditions: [{ status: "False", ...condition }] } });
}

const NOWHERE = pending(
  { type: "PodScheduled", reason: "Unschedulable", message: "0/1 nodes are available: 1 Too many pods." },
  "",
);
const STUCK = pending({ type: "PodReadyToStartContainers", reason: "CreatePodSandboxError", message: TAKEN });

describe("what stands in a pod's way", () => {
  test("no node takes it: the scheduler's words are on top, in the panes and, as a reason, in the list", () => {
    expect(troubles(NOWHERE)).toMatchObject([
      { title: "No node takes the pod", words: "0/1 nodes are available: 1 Too many pods.", remedy: "wait" },
    ]);
    expect(whyNothingRuns(NOWHERE)).toBe("Not scheduled yet: 0/1 nodes are available: 1 Too many pods.");
    expect(reasonOf(NOWHERE)).toBe("Unschedulable");
    expect(NOWHERE.members.map((member) => member.state)).toEqual(["waiting", "waiting"]);
  });

  test("pause cannot start: the engine's last words, and where the whole message is", () => {
    const short = "127.0.0.1:8123: bind: address already in use";
    expect(troubles(STUCK)).toMatchObject([{ title: "127.0.0.1:8123 is taken", words: TAKEN, remedy: "copy" }]);
    expect(whyNothingRuns(STUCK)).toBe(`Not started yet: ${short}. It is tried again.`);
    expect(reasonOf(STUCK)).toBe("CreatePodSandboxError");
  });

  test("a condition that only follows from a member's state is no trouble of the pod's own", () => {
    expect(troubles(readPod(POD)).map((trouble) => trouble.member)).toEqual(["toolbox"]);
    expect(reasonOf(readPod(POD))).toBe("ErrImagePull");
  });

  test("a pod that ends waits for nothing", () => {
    const ending = { ...STUCK, deletedAt: "2026-01-02T14:33:00Z" };
    expect(troubles(ending)).toEqual([]);
    expect(whyNothingRuns(ending)).toContain("ending");
  });
});

describe("an engine's message", () => {
  test.each([
    ["no such image", "no such image"],
    [TAKEN, "127.0.0.1:8123: bind: address already in use"],
    [
      "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: " +
        'unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
      'unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
    ],
  ])("%s", (message, short) => {
    expect(shortened(message)).toBe(short);
  });
});
