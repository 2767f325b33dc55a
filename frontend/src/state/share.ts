// What did not change keeps its identity, so that a view can tell by `===` that it has nothing to draw.
import { isRecord } from "./read";

function hostPid(value: unknown): number | null {
  return isRecord(value) && typeof value.hostPid === "number" ? value.hostPid : null;
}

/** By place; a process that moved because another came or went is found by its PID. */
function counterparts(last: readonly unknown[]): (value: unknown, at: number) => unknown {
  const byPid = new Map(last.map((each) => [hostPid(each), each]));
  return (value, at) => {
    const pid = hostPid(value);
    return pid === null ? last[at] : byPid.get(pid);
  };
}

/** `next`, in which every part that equals `last`'s is `last`'s own. Both are plain data, as JSON reads it. */
export function shared<T>(last: T, next: T): T;
export function shared(last: unknown, next: unknown): unknown {
  if (last === next) return last;
  if (Array.isArray(last) && Array.isArray(next)) {
    const of = counterparts(last);
    const parts = next.map((value, at) => shared(of(value, at), value));
    return parts.length === last.length && parts.every((part, at) => part === last[at]) ? last : parts;
  }
  if (isRecord(last) && isRecord(next)) {
    const names = Object.keys(next);
    const parts = names.map((name) => [name, shared(last[name], next[name])] as const);
    const isSame = names.length === Object.keys(last).length && parts.every(([name, part]) => part === last[name]);
    return isSame ? last : Object.fromEntries(parts);
  }
  return next;
}
