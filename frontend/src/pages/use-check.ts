// The service's own rules, asked while somebody types: what it says of the draft as it stands.
import { useEffect, useRef, useState } from "react";
import { checkPod } from "../api/client";
import { told } from "../api/refusal";
import { build } from "../state/manifest";
import { agrees, type Draft } from "../state/two-ways";
import { isAnswer, NO_COMPLAINT, type Verdict, verdictOf } from "../state/verdict";
import { isUntouched } from "./use-making";

export type Check =
  | { readonly state: "idle" | "unreadable" | "checking" | "good" | "refused" }
  | { readonly state: "unknown"; readonly why: string };

const PAUSE_MS = 400;
// A service that is away or has had enough is not asked at each key: 2 s later, then 4, up to a minute.
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60_000;

/** What is sent: the form's Pod, or the text as it is when it says more than the form can. */
export function bodyOf(draft: Draft) {
  return agrees(draft) ? build(draft.form).manifest : draft.text;
}

/** `hear` gets each answer; a later change of the draft makes an earlier question void. */
export function useCheck(namespace: string, draft: Draft, hear: (verdict: Verdict) => void): Check {
  const [check, setCheck] = useState<Check>({ state: "idle" });
  const heard = useRef(hear);
  heard.current = hear;
  const quiet = useRef({ wait: 0, until: 0 });
  useEffect(() => {
    if (isUntouched(draft) || draft.faults.length > 0) {
      setCheck({ state: draft.faults.length > 0 ? "unreadable" : "idle" });
      heard.current(NO_COMPLAINT);
      return;
    }
    // What was said of the last draft is not said of this one.
    setCheck((last) => (last.state === "unknown" ? last : { state: "checking" }));
    const asking = new AbortController();
    const answer = (verdict: Verdict, next: Check) => {
      if (asking.signal.aborted) return;
      setCheck(next);
      heard.current(verdict);
    };
    const ask = async () => {
      setCheck({ state: "checking" });
      try {
        await checkPod(namespace, bodyOf(draft), asking.signal);
        quiet.current = { wait: 0, until: 0 };
        answer(NO_COMPLAINT, { state: "good" });
      } catch (error) {
        if (asking.signal.aborted) return;
        if (isAnswer(error)) {
          quiet.current = { wait: 0, until: 0 };
          return answer(verdictOf(error), { state: "refused" });
        }
        const wait = Math.min(LONGEST_WAIT_MS, Math.max(FIRST_WAIT_MS, quiet.current.wait * 2));
        quiet.current = { wait, until: Date.now() + wait };
        answer(NO_COMPLAINT, { state: "unknown", why: told(error) });
      }
    };
    const timer = setTimeout(ask, Math.max(PAUSE_MS, quiet.current.until - Date.now()));
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [namespace, draft]);
  return check;
}
