// The lines of some members' logs while a page shows them, held still where the reader wants to read.
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { LogReading, type Read, type Source } from "../api/log-reading";
import type { MemberFacts, PodFacts } from "../state/pod";

export interface Asked {
  readonly members: readonly string[];
  readonly previous: boolean;
  /** A choice of LOG_SINCE: lines, or seconds with an s. */
  readonly since: string;
}

// Of a time span too no more is asked for than a page holds for one member.
const MOST_ASKED = 10_000;

/** There is something to read of it: it runs, has ended, or did so before. */
export function hasRun(member: MemberFacts): boolean {
  return member.state !== "waiting" || member.restarts > 0;
}

export function useLog(pod: PodFacts, isGone: boolean, { members, previous, since }: Asked): Read {
  const { namespace, name, uid } = pod;
  const chosen = members.join(" ");
  // Another choice is another reading, with nothing of the last one in it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a pod of the same name is another by its uid
  const reading = useMemo(() => {
    const isSpan = since.endsWith("s");
    const amount = Number.parseInt(since, 10);
    const tailLines = isSpan ? MOST_ASKED : amount;
    return new LogReading({ namespace, name, previous, tailLines, sinceSeconds: isSpan ? amount : 0 });
  }, [namespace, name, uid, chosen, previous, since]);
  const sources = isGone ? [] : pod.members.filter((member) => members.includes(member.name)).flatMap(sourceOf);
  const now = sources.map(({ member, attempt }) => `${member} ${attempt}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `now` says all that `sources` does
  useEffect(() => reading.follow(sources), [reading, now]);
  useEffect(() => () => reading.stop(), [reading]);
  return useSyncExternalStore(reading.subscribe, reading.snapshot);
}

function sourceOf(member: MemberFacts): readonly Source[] {
  if (!hasRun(member)) return [];
  const { name, state, restarts } = member;
  return [{ member: name, isRunning: state === "running", attempt: `${restarts} ${state}` }];
}

interface Holding {
  readonly shown: Read;
  readonly isHeld: boolean;
  /** Lines that came since it is held. */
  readonly fresh: number;
  readonly hold: (hold: boolean) => void;
}

/** While it is held the lines stay as they were, so that nothing moves from under the reader. */
export function useHold(read: Read): Holding {
  const [held, setHeld] = useState<Read | null>(null);
  return {
    shown: held ?? read,
    isHeld: held !== null,
    fresh: held === null ? 0 : read.total - held.total,
    hold: (hold) => setHeld((before) => (hold ? (before ?? read) : null)),
  };
}
