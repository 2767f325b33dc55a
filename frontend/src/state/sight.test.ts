import { describe, expect, test } from "vitest";
import type { NamespaceKind } from "../api/wire";
import { process, SAMPLE } from "../testing/frames";
import { cellOf, KINDS } from "./namespaces";
import { sightOf } from "./sight";

function sight(member: string, kind: NamespaceKind, sample: typeof SAMPLE | null = SAMPLE) {
  const row = SAMPLE.namespaces.rows.find((each) => each.member === member);
  const cell = row && cellOf(row, kind);
  if (!row || !cell) throw new Error("the recorded sample has every cell");
  return sightOf({ ...row, hostPid: member === "web" ? 3100 : row.hostPid }, cell, sample);
}

describe("what a process there sees", () => {
  test("pid: the processes with the same reaper, and whose it does not", () => {
    const own = SAMPLE.processes.map((each) => ({ ...each, reaper: each.member === "web" ? 3100 : 3000 }));
    expect(sight("web", "pid", { ...SAMPLE, processes: own })).toEqual({
      sees: "2 processes: nginx ×2.",
      not: "those of toolbox and pause (4), nor the node's.",
    });
    const alone = [process({ hostPid: 3100, reaper: 3100 })];
    expect(sight("web", "pid", { ...SAMPLE, processes: alone }).not).toBe("the node's other processes.");
  });

  test("net: addresses and who listens; never the node's", () => {
    const { sees, not } = sight("web", "net");
    expect(sees).toContain("lo 127.0.0.1 and eth0 10.88.0.14; listening: ");
    expect(not).toContain("the node's interfaces");
  });

  test("uts, ipc and mnt name the facts: the hostname, who shares /dev/shm, whose files are not there", () => {
    expect(sight("web", "uts").sees).toBe("the hostname demo.");
    expect(sight("web", "ipc").sees).toContain("together with pause and toolbox");
    expect(sight("web", "mnt").not).toContain("the files of pause and toolbox");
  });

  test("user: where it is the host's, root in it is root on the node", () => {
    expect(sight("web", "user").sees).toContain("root in it is root on the node");
  });

  test("of every kind something is said, also where nothing was read", () => {
    for (const kind of KINDS) {
      for (const sample of [SAMPLE, null]) {
        const { sees, not } = sight("web", kind, sample);
        expect([sees, not].every((text) => text.endsWith("."))).toBe(true);
      }
    }
  });
});
