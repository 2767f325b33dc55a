// What left a list stays a moment longer, so that it can be seen to go.
import { useEffect, useRef, useState } from "react";

/** As long as `.leaving` of the style takes. */
const FADE_MS = 250;

/** Those of the last list that `now` has no more. */
export function gone<Thing>(last: readonly Thing[], now: readonly Thing[], key: (thing: Thing) => number): Thing[] {
  const there = new Set(now.map(key));
  return last.filter((thing) => !there.has(key(thing)));
}

/** What left the list in the last quarter of a second; nothing where `isOff` says that it would cost too much. */
export function useLeaving<Thing>(
  things: readonly Thing[],
  key: (thing: Thing) => number,
  isOff: boolean,
): readonly Thing[] {
  const last = useRef(things);
  const [leaving, setLeaving] = useState<readonly Thing[]>([]);
  useEffect(() => {
    const went = gone(last.current, things, key);
    last.current = things;
    if (isOff || went.length === 0) return;
    setLeaving((others) => [...others, ...went]);
    // Not taken back by the next list: each has its own time.
    setTimeout(() => setLeaving((others) => others.filter((each) => !went.includes(each))), FADE_MS);
  }, [things, key, isOff]);
  return leaving;
}
