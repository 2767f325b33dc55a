// Order and grouping of the process table; the cells are ps's own text.
import type { Passed, Process } from "../api/wire";
import { counted, visible } from "./text";

/** pause first, then members as the pod lists them; within one, as ps does: by PID. */
export function ordered(processes: readonly Process[], members: readonly string[]): readonly Process[] {
  const rank = (process: Process) => (process.member === "" ? -1 : members.indexOf(process.member));
  return [...processes].sort((a, b) => rank(a) - rank(b) || a.pid - b.pid || a.hostPid - b.hostPid);
}

export interface Group {
  readonly member: string;
  readonly processes: readonly Process[];
}

export function byMember(processes: readonly Process[], members: readonly string[]): readonly Group[] {
  return ["", ...members]
    .map((member) => ({
      member,
      processes: ordered(
        processes.filter((process) => process.member === member),
        members,
      ),
    }))
    .filter((group) => group.processes.length > 0);
}

/** The PIDs inside, outermost first, without the node's own: where namespaces nest there are several. */
export function insidePids(process: Process): readonly number[] {
  return process.nsPids.length > 1 ? process.nsPids.slice(1) : process.nsPids;
}

/** The program's name out of a command line: "nginx" of "nginx: master process …", "mysqld" of "/usr/sbin/mysqld -u". */
export function programOf(process: Process): string {
  const [word = ""] = process.cmd.trim().split(/\s/);
  const name = word.replace(/:$/, "");
  return visible(name.slice(name.lastIndexOf("/") + 1) || name);
}

export interface Branch {
  readonly process: Process;
  /** The lines of the tree in front of it: "│ └ ". */
  readonly lines: string;
  /** Who inherits its orphans. */
  readonly reaper: string;
}

const kept = new WeakMap<Process, Branch>();

/** One branch for one process and the same words: a row that stays the same is known to be. */
function branch(process: Process, lines: string, reaper: string): Branch {
  const last = kept.get(process);
  if (last?.lines === lines && last.reaper === reaper) return last;
  const made = { process, lines, reaper };
  kept.set(process, made);
  return made;
}

/** Host PID → what people call those who inherit orphans: the first process of each PID namespace. */
function reapersOf(processes: readonly Process[]): ReadonlyMap<number, string> {
  const reapers = new Set(processes.map((process) => process.reaper));
  const found = processes.filter((process) => reapers.has(process.hostPid));
  return new Map(found.map((process) => [process.hostPid, process.member === "" ? "pause" : programOf(process)]));
}

/** Without a tree: in order, no lines. */
export function flat(processes: readonly Process[], members: readonly string[]): readonly Branch[] {
  const reapers = reapersOf(processes);
  return ordered(processes, members).map((process) => branch(process, "", reapers.get(process.reaper) ?? ""));
}

/** Parents before their children, across members; whose parent is not of the pod stands at the root. */
export function tree(processes: readonly Process[], members: readonly string[]): readonly Branch[] {
  const all = ordered(processes, members);
  const known = new Set(all.map((process) => process.hostPid));
  const reapers = reapersOf(processes);
  const children = new Map<number, Process[]>();
  for (const process of all) {
    const parent = known.has(process.hostPpid) && process.hostPpid !== process.hostPid ? process.hostPpid : 0;
    children.set(parent, [...(children.get(parent) ?? []), process]);
  }
  const grow = (parent: number, before: string): readonly Branch[] => {
    const here = children.get(parent) ?? [];
    return here.flatMap((process, at) => {
      const isLast = at === here.length - 1;
      const lines = parent === 0 ? "" : `${before}${isLast ? "└ " : "├ "}`;
      const next = parent === 0 ? "" : `${before}${isLast ? "  " : "│ "}`;
      return [branch(process, lines, reapers.get(process.reaper) ?? ""), ...grow(process.hostPid, next)];
    });
  };
  return grow(0, "");
}

const STATES: Readonly<Record<string, string>> = {
  R: "running",
  S: "sleeping",
  D: "waiting for disk",
  Z: "zombie",
  T: "stopped",
  t: "traced",
  X: "dead",
  I: "idle",
};

export function stateWord(state: string): string {
  return STATES[state.slice(0, 1)] ?? state;
}

/** What is true of who sees whom. */
export function processSentence(sharesProcesses: boolean): string {
  return sharesProcesses
    ? "One PID namespace, pause is PID 1: every member sees every process here."
    : "A PID namespace each: a member sees its own processes only, and its first one is PID 1.";
}

export function isZombie(process: Process): boolean {
  return process.state.startsWith("Z");
}

const MOST_PARENTS = 3;

/** Per parent that leaves zombies: how many, whose fault it is and who will reap them (wait(2), PID 1 inherits). */
export function zombieSentences(all: readonly Process[]): readonly string[] {
  const parents = new Map<number, readonly Process[]>();
  for (const zombie of all.filter(isZombie)) {
    parents.set(zombie.hostPpid, [...(parents.get(zombie.hostPpid) ?? []), zombie]);
  }
  const said = [...parents].slice(0, MOST_PARENTS).map(([parent, zombies]) => zombiesOf(parent, zombies, all));
  const more = parents.size - said.length;
  return more > 0 ? [...said, `${counted(more, "other parent leaves", "other parents leave")} zombies too.`] : said;
}

function zombiesOf(hostPpid: number, zombies: readonly Process[], all: readonly Process[]): string {
  const [first] = zombies;
  const parent = all.find((each) => each.hostPid === hostPpid);
  const are = zombies.length === 1 ? "A process is a zombie" : `${zombies.length} processes are zombies`;
  const them = zombies.length === 1 ? "it" : "them";
  if (!first || !parent) return `${are} of a parent outside of the pod, which has not asked how ${them} ended.`;
  if (parent.member === "") return `${are}, and pause, the parent, is about to reap ${them}.`;
  const who = `${programOf(parent)} (PID ${parent.pid} of ${parent.member})`;
  const fault = `${are}: ended, and the parent ${who} has not asked how`;
  if (parent.hostPid === first.reaper) {
    return `${fault}. That parent is PID 1 here, so nobody else reaps ${them}; a shared PID namespace would give orphans to pause.`;
  }
  const reaper = reapersOf(all).get(first.reaper) ?? "";
  if (reaper === "pause") return `${fault}. Once ${programOf(parent)} ends, pause inherits ${them} and reaps ${them}.`;
  return `${fault}. Once ${programOf(parent)} ends, ${reaper || "PID 1"} inherits ${them}, and reaps only if it waits for children that it did not make.`;
}

/** How a process ended. */
export function ending(passed: Passed): string {
  return passed.signal || `exit ${passed.exitCode}`;
}

/** "12 ms", "1.2 s". */
export function lifetime(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
