// What can be done to a pod and to its members now, in words.
import { isStopped, type MemberFacts, type PodFacts } from "./pod";

export type ActKey =
  | "start"
  | "stop"
  | "freeze"
  | "thaw"
  | "restart"
  | "debug"
  | "copy"
  | "log"
  | "warn"
  | "SIGTERM"
  | "SIGKILL"
  | "SIGHUP"
  | "SIGUSR1";

export interface Act {
  readonly key: ActKey;
  readonly title: string;
  /** What comes of it. */
  readonly about: string;
}

const SIGNALS: readonly Act[] = [
  { key: "SIGTERM", title: "Send SIGTERM", about: "asks its first process to end" },
  { key: "SIGKILL", title: "Send SIGKILL", about: "ends it at once; what follows is up to the restart policy" },
  { key: "SIGHUP", title: "Send SIGHUP", about: "many servers read their configuration again" },
  { key: "SIGUSR1", title: "Send SIGUSR1", about: "what it means is up to the program" },
];

function runs(member: MemberFacts): boolean {
  return member.state === "running";
}

/** Nothing of a pod that ends. `frozen` are the members whose processes stand still. */
export function actsOnPod(pod: PodFacts, frozen: ReadonlySet<string>): readonly Act[] {
  const copy: Act = { key: "copy", title: "Edit a copy", about: "the form, with this pod's fields and another name" };
  const isOver = pod.phase === "Succeeded" || pod.phase === "Failed";
  if (pod.deletedAt || isOver) return [copy];
  if (isStopped(pod))
    return [{ key: "start", title: "Start the pod", about: "a new pause, and every member anew" }, copy];
  const stop: Act = { key: "stop", title: "Stop the pod", about: "members and pause end; volumes and logs stay" };
  const some = pod.members.filter(runs);
  const thaw: Act = { key: "thaw", title: "Let all go on", about: "frozen processes run again" };
  const freeze: Act = {
    key: "freeze",
    title: "Freeze all members",
    about: "their processes stand still; nothing ends",
  };
  const still = some.length > 0 && some.every((member) => frozen.has(member.name));
  const debug: Act = { key: "debug", title: "Add a debug member", about: "one more container, to look around" };
  return [stop, ...(some.length === 0 ? [] : [still ? thaw : freeze]), debug, copy];
}

export function actsOnMember(pod: PodFacts, member: MemberFacts, frozen: ReadonlySet<string>): readonly Act[] {
  const log: Act = { key: "log", title: "Read its log", about: "" };
  if (pod.deletedAt || isStopped(pod)) return [log];
  const restart: Act = { key: "restart", title: "Restart", about: "within its grace; the pod keeps its address" };
  const mayRestart = (member.role === "" || member.role === "sidecar") && pod.phase === "Running";
  if (!runs(member)) return mayRestart ? [restart, log] : [log];
  const still: Act = frozen.has(member.name)
    ? { key: "thaw", title: "Let it go on", about: "its processes run again" }
    : { key: "freeze", title: "Freeze", about: "its processes stand still; nothing ends" };
  const debug: Act = { key: "debug", title: "Debug it", about: "a debug member that sees its processes" };
  return [...(mayRestart ? [restart] : []), still, ...(member.role === "debug" ? [] : [debug]), ...SIGNALS, log];
}

/** What is said when it was done; `who` is the pod's or the member's name. */
export function doneWords(key: ActKey, who: string): string {
  switch (key) {
    case "start":
      return `${who} is starting`;
    case "stop":
      return `${who} is stopping`;
    case "freeze":
      return `${who} is frozen`;
    case "thaw":
      return `${who} goes on`;
    case "restart":
      return `${who} restarts`;
    default:
      return `${key} was sent to ${who}`;
  }
}

/** A name for the next debug member that no member has. */
export function debugName(pod: PodFacts): string {
  const taken = new Set(pod.members.map((member) => member.name));
  const names = ["debug", ...Array.from({ length: taken.size + 1 }, (_, at) => `debug-${at + 2}`)];
  return names.find((name) => !taken.has(name)) ?? "debug";
}

/** Whose processes a debug member may look at: "" is the pod's, or its own only. */
export function debugTargets(pod: PodFacts): readonly { readonly value: string; readonly label: string }[] {
  if (pod.sharesProcesses) return [{ value: "", label: "all of the pod: its members share them" }];
  const running = pod.members.filter((member) => runs(member) && member.role !== "debug");
  return [
    ...running.map((member) => ({ value: member.name, label: `${member.name}'s` })),
    { value: "pause", label: "pause's" },
    { value: "", label: "only its own" },
  ];
}
