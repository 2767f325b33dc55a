// Order and grouping of the process table; the cells are ps's own text.
import type { Process } from "../api/wire";
import { visible } from "./text";

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
}

const kept = new WeakMap<Process, Branch>();

/** One branch for one process and the same lines: a row that stays the same is known to be. */
function branch(process: Process, lines: string): Branch {
  const last = kept.get(process);
  if (last?.lines === lines) return last;
  const made = { process, lines };
  kept.set(process, made);
  return made;
}

/** Without a tree: in order, no lines. */
export function flat(processes: readonly Process[], members: readonly string[]): readonly Branch[] {
  return ordered(processes, members).map((process) => branch(process, ""));
}

/** Parents before their children, across members; whose parent is not of the pod stands at the root. */
export function tree(processes: readonly Process[], members: readonly string[]): readonly Branch[] {
  const all = ordered(processes, members);
  const known = new Set(all.map((process) => process.hostPid));
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
      return [branch(process, lines), ...grow(process.hostPid, next)];
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
export function processSentence(processes: readonly Process[], sharesProcesses: boolean): string {
  const zombies = processes.filter((process) => process.state.startsWith("Z"));
  const seen = sharesProcesses
    ? "One PID namespace, pause is PID 1: every member sees every process here."
    : "A PID namespace each: a member sees its own processes only, and its first one is PID 1.";
  if (zombies.length === 0) return seen;
  const noun = zombies.length === 1 ? "process is a zombie" : "processes are zombies";
  return `${seen} ${zombies.length} ${noun}: ended, and waiting for a parent to ask how.`;
}
