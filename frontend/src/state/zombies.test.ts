import { describe, expect, test } from "vitest";
import { process } from "../testing/frames";
import { ending, flat, lifetime, tree, zombieSentences } from "./processes";

const PAUSE = process({ member: "", hostPid: 1000, pid: 1, cmd: "/pause", reaper: 1000 });

function shared(...rest: Parameters<typeof process>[0][]) {
  return [PAUSE, ...rest.map((each) => process({ reaper: 1000, ...each }))];
}

describe("zombies", () => {
  test("of a shared PID namespace name the parent at fault, and that pause reaps them once it ends", () => {
    const all = shared(
      { hostPid: 2000, hostPpid: 999, pid: 8, cmd: "/bin/sh -c loop" },
      { hostPid: 2001, hostPpid: 2000, pid: 9, state: "Z", cmd: "[sleep] <defunct>" },
    );
    expect(zombieSentences(all)).toEqual([
      "A process is a zombie: ended, and the parent sh (PID 8 of web) has not asked how. Once sh ends, pause inherits it and reaps it.",
    ]);
  });

  test("whose parent is PID 1 of its own namespace are reaped by nobody else", () => {
    const all = [
      process({ hostPid: 2000, pid: 1, cmd: "python maker.py", reaper: 2000 }),
      process({ hostPid: 2001, hostPpid: 2000, pid: 9, state: "Z", reaper: 2000 }),
      process({ hostPid: 2002, hostPpid: 2000, pid: 10, state: "Z", reaper: 2000 }),
    ];
    expect(zombieSentences(all)).toEqual([
      "2 processes are zombies: ended, and the parent python (PID 1 of web) has not asked how. That parent is PID 1 here, so nobody else reaps them; a shared PID namespace would give orphans to pause.",
    ]);
  });

  test("below another program as PID 1 go to that one, which may not wait for strangers", () => {
    const all = [
      process({ hostPid: 2000, pid: 1, cmd: "nginx: master", reaper: 2000 }),
      process({ hostPid: 2001, hostPpid: 2000, pid: 9, cmd: "sh", reaper: 2000 }),
      process({ hostPid: 2002, hostPpid: 2001, pid: 10, state: "Z", reaper: 2000 }),
    ];
    expect(zombieSentences(all)[0]).toContain("Once sh ends, nginx inherits it, and reaps only if it waits");
  });

  test("that pause has are about to be reaped, and of a parent outside nothing is claimed", () => {
    expect(zombieSentences(shared({ hostPid: 2001, hostPpid: 1000, state: "Z" }))).toEqual([
      "A process is a zombie, and pause, the parent, is about to reap it.",
    ]);
    expect(zombieSentences(shared({ hostPid: 2001, hostPpid: 7, state: "Z" }))[0]).toContain("outside of the pod");
  });

  test("of many parents are told for three of them", () => {
    const parents = [1, 2, 3, 4, 5].map((at) => ({ hostPid: 2000 + at, pid: 10 + at, cmd: `p${at}` }));
    const dead = [1, 2, 3, 4, 5].map((at) => ({ hostPid: 3000 + at, hostPpid: 2000 + at, state: "Z" }));
    const said = zombieSentences(shared(...parents, ...dead));
    expect(said).toHaveLength(4);
    expect(said[3]).toBe("2 other parents leave zombies too.");
  });

  test("there are none of where all are alive", () => {
    expect(zombieSentences(shared({ hostPid: 2001, hostPpid: 7 }))).toEqual([]);
  });
});

test("each process names who inherits its orphans, also in the tree", () => {
  const all = [
    ...shared({ hostPid: 2000, pid: 8, cmd: "nginx: master" }),
    process({ hostPid: 3000, reaper: 3000, cmd: "/usr/sbin/mysqld -u mysql", member: "db" }),
    process({ hostPid: 3001, reaper: 9, member: "db" }),
  ];
  for (const ordered of [flat, tree]) {
    const named = Object.fromEntries(ordered(all, ["web", "db"]).map((each) => [each.process.hostPid, each.reaper]));
    expect(named).toEqual({ 1000: "pause", 2000: "pause", 3000: "mysqld", 3001: "" });
  }
});

test("how a process ended and how long it lived is said in a word", () => {
  const passed = { ...process({}), lived: 12, exitCode: 3, signal: "" };
  expect([ending(passed), ending({ ...passed, signal: "SIGKILL" })]).toEqual(["exit 3", "SIGKILL"]);
  expect([lifetime(0), lifetime(999), lifetime(1240)]).toEqual(["0 ms", "999 ms", "1.2 s"]);
});
