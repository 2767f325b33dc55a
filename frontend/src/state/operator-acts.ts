// What operators did to a pod of somebody else's, out of its events: what its owner is to see first.
import type { EventFacts } from "./pod";
import { visible } from "./text";

export interface OperatorAct {
  readonly key: string;
  /** "operator eve froze this pod". */
  readonly title: string;
  /** A warning's own words; "" for what was done. */
  readonly words: string;
  readonly at: string;
}

// What only looks is in the events, and no news. The words are the audit trail's: method, and what it was done to.
const DEEDS: ReadonlyMap<string, string> = new Map([
  ["POST stop", "stopped this pod"],
  ["POST start", "started this pod"],
  ["POST pause", "froze processes of this pod: they stand still until somebody lets them go on"],
  ["POST unpause", "let processes of this pod go on"],
  ["POST kill", "sent a signal to a process of this pod"],
  ["POST restart", "restarted a member of this pod"],
  ["POST extend", "extended this pod's time"],
  ["POST replace", "replaced this pod"],
  ["POST exec", "ran a command in this pod"],
  ["ATTACH terminal", "opened a shell in this pod"],
  ["DELETE pods", "deleted this pod"],
]);

const SHOWN = 3;

/** The newest ones, newest first, the last warning among them however much was done since: it says why. `events` are
 * oldest first, as the service sends them.
 */
export function operatorActs(events: readonly EventFacts[]): readonly OperatorAct[] {
  const all = events.flatMap(actIn).reverse();
  const newest = all.slice(0, SHOWN);
  const warning = all.find(({ words }) => words !== "");
  return warning === undefined || newest.includes(warning) ? newest : [...newest.slice(0, SHOWN - 1), warning];
}

function actIn({ uid, reason, message, lastSeen: at }: EventFacts): readonly OperatorAct[] {
  const [, who, words = ""] = /^(\w+ \S+): (.*)$/s.exec(message) ?? [];
  if (who === undefined) return [];
  if (reason === "OperatorWarning")
    return [{ key: uid, title: `${visible(who)} warns you`, words: visible(words), at }];
  const deed = reason === "OperatorAct" ? DEEDS.get(words) : undefined;
  return deed === undefined ? [] : [{ key: uid, title: `${visible(who)} ${deed}`, words: "", at }];
}
