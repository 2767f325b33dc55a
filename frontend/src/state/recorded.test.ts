// What the service said of a real pod, word for word (scripts/frames), as the page takes it in.
import { expect, test } from "vitest";
import type { Live } from "../api/wire";
import { readFrame } from "../api/wire";
import recorded from "../testing/recorded.json";
import { apply, type LiveState, liveness, opened, START } from "./live";
import { cellOf, sentences } from "./namespaces";
import { readPod } from "./pod";

const NOW = 1000;

function heard(): readonly Live[] {
  return recorded.map((frame) => {
    const message = readFrame(JSON.stringify(frame));
    if (!message) throw new Error(`unknown frame ${frame.type}`);
    return message;
  });
}

function after(frames: readonly Live[]): LiveState {
  return frames.reduce((state, message) => apply(state, message, NOW), opened(START, NOW));
}

test("the page is live once the last frame has come, and shows a pod that runs", () => {
  const state = after(heard());
  expect(liveness(state, NOW)).toEqual({ state: "live" });
  const pod = readPod(state.snapshot?.pod ?? {});
  expect(pod.phase).toBe("Running");
  expect(pod.members.map((member) => [member.name, member.state])).toEqual([
    ["web", "running"],
    ["toolbox", "running"],
  ]);
  expect(pod.hostPorts.map((port) => port.hostPort)).toEqual([18081]);
});

test("pause is PID 1 of the one process namespace, and owns what all share", () => {
  const sample = after(heard()).sample;
  expect(sample?.processes.find((process) => process.pid === 1)?.cmd).toBe("/pause");
  const [pause, ...members] = sample?.namespaces.rows ?? [];
  for (const kind of ["net", "ipc", "pid"] as const) {
    const own = pause && cellOf(pause, kind);
    expect(own?.relation).toBe("owns");
    expect(members.map((row) => cellOf(row, kind)?.inode)).toEqual([own?.inode, own?.inode]);
  }
  expect(sentences(sample?.namespaces ?? { rows: [], host: {}, hostFrom: "" })[0]?.text).toContain("share net");
});

test("frames that come again, or older ones after newer ones, change nothing", () => {
  const frames = heard();
  const last = after(frames);
  expect(after([...frames, ...frames]).snapshot).toEqual(last.snapshot);
  expect(after([...frames, ...frames]).sample).toEqual(last.sample);
});

test("before any member runs the page waits, and says for what", () => {
  const first = heard().findIndex((message) => message.type === "sample");
  const state = after(heard().slice(0, first));
  expect(state.sample).toBeNull();
  expect(["connecting", "waiting"]).toContain(liveness(state, NOW).state);
});
