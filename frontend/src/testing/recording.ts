// What is held of the pod of frames.ts: web was killed at 14:32:04 and came back, and somebody watched from then to 14:32:10.
import type { Frames, Marker, Recording } from "../api/recording";
import { POD, SAMPLE } from "./frames";

const time = (seconds: string) => `2026-01-02T14:${seconds}Z`;

function marker(at: string, action: string, change: Partial<Marker> = {}): Marker {
  return { at: time(at), track: "engine", action, member: "web", attempt: 0, exitCode: null, signal: null, ...change };
}

export const RECORDING: Recording = {
  uid: "u-1",
  heldFrom: "",
  first: time("31:00.400"),
  last: time("32:30.000"),
  size: 41_877,
  bounds: { size: 8 * 2 ** 20, seconds: 7200, hertz: 4 },
  spans: [{ start: time("32:03.000"), end: time("32:10.000"), isOpen: false }],
  markers: [
    marker("31:01.000", "start", { member: "" }),
    marker("31:02.000", "start"),
    marker("32:04.000", "kill", { signal: 9 }),
    marker("32:04.100", "die", { exitCode: 137 }),
    marker("32:06.000", "start", { attempt: 1 }),
  ],
  shells: [{ at: time("32:05.000"), track: "terminal", member: "web", name: "web 1", bytes: 1200 }],
};

const ENDED = {
  ...POD.status,
  containerStatuses: POD.status.containerStatuses.map((status) =>
    status.name === "web"
      ? { ...status, ready: false, state: { terminated: { exitCode: 137, reason: "Error" } } }
      : status,
  ),
};

export const FRAMES: Frames = {
  from: Date.parse(time("31:00.000")),
  until: Date.parse(time("33:00.000")),
  samples: ["03.000", "05.000", "07.000"].map((second) => ({
    ...SAMPLE,
    rev: Number.parseInt(second, 10),
    at: time(`32:${second}`),
  })),
  statuses: [
    { at: time("31:03.000"), isEnding: false, status: POD.status },
    { at: time("32:04.300"), isEnding: false, status: ENDED },
    { at: time("32:06.200"), isEnding: false, status: POD.status },
  ],
};
