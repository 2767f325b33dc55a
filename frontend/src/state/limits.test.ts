import { expect, test } from "vitest";
import { bytes, type Inspected, type Inspection, limitSentences, NO_HISTORY, withReading } from "./limits";
import { capabilitiesOf, environmentOf, OF_A_SECRET, rightsOf } from "./rights";

const CAPS = { effective: ["CHOWN"], permitted: ["CHOWN"], inheritable: [], bounding: ["CHOWN", "KILL"], ambient: [] };
const WHOLE = [{ inside: 0, outside: 0, count: 4294967295 }];
const RIGHTS = {
  uid: 0,
  gid: 0,
  groups: [],
  capabilities: CAPS,
  seccomp: 2,
  filters: 1,
  noNewPrivileges: false,
  uidMap: WHOLE,
  gidMap: WHOLE,
};
const LIMITS = { version: 2, cpus: 0.1, cpuShares: 102, memory: 64 * 2 ** 20, swap: 0, pids: 256 };
const USAGE = {
  cpuUs: 1_000_000,
  periods: 100,
  throttled: 10,
  throttledUs: 5,
  memory: 2 ** 20,
  memoryPeak: 2 ** 21,
  pids: 1,
  ioRead: 0,
  ioWritten: null,
  oomKills: 0,
};

const WEB: Inspected = {
  member: "web",
  attempt: 0,
  hostPid: 100,
  limits: LIMITS,
  usage: USAGE,
  rights: RIGHTS,
  mounts: [],
  environment: [{ name: "A", value: "1" }],
  problems: [],
};

function reading(second: number, ...members: readonly Inspected[]): Inspection {
  return { at: new Date(1_700_000_000_000 + second * 1000).toISOString(), monotonic: second * 1_000_000, members };
}

const later = (part: Partial<typeof USAGE>, more: Partial<Inspected> = {}): Inspected => ({
  ...WEB,
  usage: { ...USAGE, ...part },
  ...more,
});
const points = (...readings: readonly Inspection[]) =>
  readings
    .reduce(withReading, NO_HISTORY)
    .get("web")
    ?.points.map(({ cpu, throttled, io }) => [cpu, throttled, io]);

test("counts become rates of the time between two readings", () => {
  const after = later({ cpuUs: 1_200_000, periods: 120, throttled: 15, ioRead: 4096 });
  expect(points(reading(0, WEB), reading(2, after))).toEqual([
    [null, null, null],
    [0.1, 0.25, 2048],
  ]);
});

test("a pause in looking, a restart and a reading said twice are told apart", () => {
  const gap = points(reading(0, WEB), reading(20, later({ cpuUs: 2_000_000 })));
  expect(gap).toEqual([
    [null, null, null],
    [null, null, null],
    [null, null, null],
  ]);
  expect(points(reading(0, WEB), reading(1, later({ cpuUs: 5 }, { attempt: 1 })))).toHaveLength(3);
  expect(points(reading(0, WEB), reading(0, WEB))).toHaveLength(1);
});

test("what a limit does is said; else that none does anything", () => {
  const called = (member: string) => member || "pause";
  const said = (...all: readonly Inspection[]) => {
    const last = all.at(-1);
    return last ? limitSentences(last, all.reduce(withReading, NO_HISTORY), called) : [];
  };
  expect(said(reading(0, WEB))[0]).toBe("No container is held back by a limit now.");
  const throttled = later({ periods: 110, throttled: 19 });
  expect(said(reading(0, WEB), reading(1, throttled))[0]).toBe(
    "web was throttled in 90 % of the last minute's periods: its limit is 0.1 CPU.",
  );
  expect(said(reading(0, later({ oomKills: 1 })))[0]).toBe(
    "A process of web ended for want of memory: its limit is 64 MiB.",
  );
  expect(said(reading(0, later({ memory: 63 * 2 ** 20 })))[0]).toContain("uses 63 MiB of 64 MiB");
  expect(said(reading(0, later({ pids: 256 })))[0]).toContain("the next fork fails");
});

test("bytes have three digits at most", () => {
  expect([512, 1536, 20 * 2 ** 20, 3 * 2 ** 30].map(bytes)).toEqual(["512 B", "1.5 KiB", "20 MiB", "3.0 GiB"]);
});

test("rights are compared, and what differs says so", () => {
  const other: Inspected = {
    ...WEB,
    member: "box",
    rights: { ...RIGHTS, uid: 1000, noNewPrivileges: true, capabilities: { ...CAPS, effective: [], bounding: [] } },
    environment: [{ name: "B", value: null }],
  };
  const rows = rightsOf([WEB, other]);
  expect(rows.filter((row) => row.differs).map((row) => [row.fact, row.values])).toEqual([
    ["User", ["0, root", "1000"]],
    ["No new privileges", ["no", "yes"]],
  ]);
  expect(rows.find((row) => row.fact === "Seccomp")?.values).toEqual(["filtered, 1 filter", "filtered, 1 filter"]);
  expect(capabilitiesOf([WEB, other]).map((row) => [row.fact, ...row.values])).toEqual([
    ["CHOWN", "yes", "no"],
    ["KILL", "bounding only", "no"],
  ]);
  expect(environmentOf([WEB, other]).map((row) => [row.name, ...row.values])).toEqual([
    ["A", "1", null],
    ["B", null, OF_A_SECRET],
  ]);
  expect(rightsOf([{ ...WEB, rights: null }])[0]?.values).toEqual(["unknown"]);
});
