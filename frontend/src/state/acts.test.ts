import { expect, test } from "vitest";
import { POD } from "../testing/frames";
import { actsOnMember, actsOnPod, debugName, debugTargets, doneWords } from "./acts";
import { phaseWord, readPod } from "./pod";

const NONE: ReadonlySet<string> = new Set();
const RUNS = readPod({ ...POD, status: { ...POD.status, phase: "Running" } });
const keys = (acts: readonly { readonly key: string }[]) => acts.map((act) => act.key);

test.each(["Stopped", "Idle", "NeverUsed", "StartDeadlineExceeded"])(
  "a pod that was stopped (%s) is not called running",
  (reason) => {
    expect(phaseWord({ ...RUNS, reason })).toBe("Stopped");
    expect(phaseWord({ ...RUNS, reason, deletedAt: "2026-11-27T00:00:00Z" })).toBe("Terminating");
  },
);

test("a pod that runs can be stopped and frozen, a frozen one goes on, a stopped one is started", () => {
  expect(keys(actsOnPod(RUNS, NONE))).toEqual(["stop", "freeze", "debug", "copy"]);
  expect(keys(actsOnPod(RUNS, new Set(["web"])))).toEqual(["stop", "thaw", "debug", "copy"]);
  expect(keys(actsOnPod({ ...RUNS, reason: "Stopped" }, NONE))).toEqual(["start", "copy"]);
  expect(keys(actsOnPod({ ...RUNS, phase: "Succeeded" }, NONE))).toEqual(["copy"]);
  expect(keys(actsOnPod({ ...RUNS, deletedAt: "2026-11-27T00:00:00Z" }, NONE))).toEqual(["copy"]);
});

test("a member that runs is restarted, frozen, debugged and signalled; one that waits has a log at most", () => {
  const [web, toolbox] = RUNS.members;
  if (!web || !toolbox) throw new Error("the recorded pod has two members");
  expect(keys(actsOnMember(RUNS, web, NONE)).slice(0, 4)).toEqual(["restart", "freeze", "debug", "SIGTERM"]);
  expect(keys(actsOnMember(RUNS, web, new Set(["web"])))[1]).toBe("thaw");
  expect(keys(actsOnMember(RUNS, toolbox, NONE))).toEqual(["restart", "log"]);
  expect(keys(actsOnMember(RUNS, { ...web, role: "debug" }, NONE))).not.toContain("restart");
  expect(keys(actsOnMember(RUNS, { ...toolbox, role: "init", state: "terminated" }, NONE))).toEqual(["log"]);
});

test("a debug member gets a name that is free, and the choice of whose processes it sees", () => {
  expect(debugName(RUNS)).toBe("debug");
  const [web] = RUNS.members;
  expect(debugName({ ...RUNS, members: web ? [{ ...web, name: "debug" }] : [] })).toBe("debug-2");
  expect(debugTargets({ ...RUNS, sharesProcesses: false }).map((target) => target.value)).toEqual(["web", "pause", ""]);
  expect(debugTargets({ ...RUNS, sharesProcesses: true }).map((target) => target.value)).toEqual([""]);
});

test("what was done is said by name", () => {
  expect(doneWords("SIGKILL", "web")).toBe("SIGKILL was sent to web");
  expect(doneWords("stop", "demo")).toBe("demo is stopping");
});
