// Order and grouping of the process table; the cells are ps's own text.
import type { Process } from "../api/wire";

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
