import { describe, expect, test } from "vitest";
import { POD } from "../testing/frames";
import { readPod } from "./pod";
import { kindOf, troubles } from "./remedies";
import { reasonOf, shortened, whyNothingRuns } from "./troubles";

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

describe("what happened, why, and what to press", () => {
  const ran = "unable to start container process: exec:";
  test.each([
    ["ErrImagePull", "pull access denied for x, repository does not exist", "image-missing", "copy"],
    ["ImagePullBackOff", 'Back-off pulling image "x"', "image-missing", "copy"],
    ["ErrImageNeverPull", 'Container image "x" is not present with pull policy of Never', "image-never", "copy"],
    ["ErrImageNeverPull", 'Container image "x" is pinned to sha256:a, which is not present', "image-pinned", "copy"],
    ["ImagePullBackOff", 'Back-off pulling image "x": ErrImagePull: x is pinned to sha256:a', "image-pinned", "copy"],
    ["ImageInspectError", 'Failed to inspect image "x": the scan refused sha256:a: bad', "image-refused", "copy"],
    ["ImageInspectError", "the scan of sha256:a came to no verdict: it took longer", "image-refused", "wait"],
    ["ContainerCreating", 'Waiting for the scan of image "x"', "image-scanning", "wait"],
    ["InvalidImageName", "Failed to apply default image tag", "image-name", "copy"],
    ["ContainerCreating", 'Waiting for image "mysql" to be built on this node', "image-building", "wait"],
    ["RunContainerError", `${ran} "nope": executable file not found in $PATH: unknown`, "command-missing", "copy"],
    ["StartError", `${ran} "/nope": stat /nope: no such file or directory: unknown`, "command-missing", "copy"],
    ["RunContainerError", `${ran} "/etc/passwd": permission denied: unknown`, "command-denied", "copy"],
    ["CreatePodSandboxError", TAKEN, "port-taken", "copy"],
    ["CreatePodSandboxError", "Bind for 127.0.0.1:80 failed: port is already allocated", "port-taken", "copy"],
    ["Error", "", "ended", "log"],
    ["OOMKilled", "", "killed", "log"],
    ["ContainerStatusUnknown", "", "unknown-end", "copy"],
    ["SomethingNew", "nobody thought of it", "other", "copy"],
  ])("%s: %s", (reason, message, kind, remedy) => {
    expect(kindOf({ reason, message })).toBe(kind);
    const state = reason.endsWith("d") || /Error$/.test(reason) ? "terminated" : "waiting";
    const status = { name: "web", state: { [state]: { reason, message, exitCode: 1 } } };
    const found = troubles(readPod({ ...POD, status: { containerStatuses: [status] } }))[0];
    expect(found).toMatchObject({ remedy, words: message, member: "web" });
    expect(found?.title).not.toBe("");
  });

  test("a command that is not there and a port that is taken are named", () => {
    const message = `${ran} "slep": executable file not found in $PATH: unknown`;
    const status = { name: "web", state: { terminated: { reason: "StartError", message, exitCode: 128 } } };
    const found = troubles(readPod({ ...POD, status: { containerStatuses: [status] } }))[0];
    expect(found?.title).toBe("web cannot start: there is no slep");
    expect(found?.why).toContain("nginx:latest has no such program");
  });

  test.each([
    ["0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.", "no-port-free"],
    ["0/1 nodes are available: 1 node(s) were not ready.", "node-away"],
    ["0/0 nodes are available", "node-away"],
    ["0/1 nodes are available: 1 Too many pods.", "no-room"],
  ])("no node: %s", (message, kind) => {
    expect(kindOf({ reason: "Unschedulable", message })).toBe(kind);
  });
});
