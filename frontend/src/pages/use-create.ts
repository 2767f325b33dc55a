// Creating the pod, and which of all complaints are to be seen: those at fields that were touched, until Create is pressed.
import { useMutation } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { checkPod, createPod } from "../api/client";
import { build, type Placed } from "../state/manifest";
import { submissionKeys } from "../state/submission";
import { agrees, type Draft } from "../state/two-ways";
import { marksOn, NO_COMPLAINT, placed, type Verdict, verdictOf } from "../state/verdict";
import { bodyOf, useCheck } from "./use-check";
import type { Making } from "./use-making";

interface Touched {
  /** After a press on Create everything is told. */
  readonly all: boolean;
  readonly fields: ReadonlySet<string>;
  /** Changed since the last answer, which is therefore not about what stands there now. */
  readonly since: ReadonlySet<string>;
}

const UNTOUCHED: Touched = { all: false, fields: new Set(), since: new Set() };

/** The text as a field: who types in it wants to see all that is wrong with it. */
export const YAML = "yaml";

/** Without what nobody has come to yet. */
function less(verdict: Verdict): Verdict {
  return { ...verdict, causes: verdict.causes.filter((cause) => !cause.message.startsWith("Required value")) };
}

/** `refusals` counts them: each one, even if it says the same again, moves the focus to what must change. */
export function useCreate(namespace: string, making: Making) {
  const { draft, finish } = making;
  const navigate = useNavigate();
  const [verdict, setVerdict] = useState<Verdict>(NO_COMPLAINT);
  const [touched, setTouched] = useState(UNTOUCHED);
  const [refusals, setRefusals] = useState(0);
  const [keyOf] = useState(submissionKeys);
  const hear = (said: Verdict) => {
    setVerdict(said);
    setTouched((last) => ({ ...last, since: new Set() }));
  };
  const check = useCheck(namespace, draft, hear);
  const refuse = (said: Verdict) => {
    hear(said);
    setTouched((last) => ({ ...last, all: true }));
    setRefusals((last) => last + 1);
  };
  const call = useMutation({
    // With a problem of the page's own nothing is made, yet the service says what else is wrong.
    mutationFn: (sent: Draft) => {
      const body = bodyOf(sent);
      if (hasProblems(sent)) return checkPod(namespace, body);
      return createPod(namespace, body, keyOf(JSON.stringify([namespace, body])));
    },
    onError: (error) => refuse(verdictOf(error)),
    onSuccess: (pod, sent) => {
      if (hasProblems(sent)) return refuse(NO_COMPLAINT);
      finish();
      navigate(`/pods/${pod.namespace || namespace}/${pod.name}`);
    },
  });
  const errors = useMemo(() => placed(draft, verdict), [draft, verdict]);
  const isSeen = touched.all || touched.fields.has(YAML);
  const marks = useMemo(() => marksOn(draft, isSeen ? verdict : less(verdict)), [draft, verdict, isSeen]);
  const changed = (field: string) =>
    setTouched((last) => ({
      ...last,
      fields: new Set([...last.fields, field]),
      since: new Set([...last.since, field]),
    }));
  return {
    check,
    verdict,
    marks,
    errors: shown(errors, touched),
    refusals,
    isRefused: touched.all,
    changed,
    forget: () => setTouched(UNTOUCHED),
    submit: () => call.mutate(draft),
    isBusy: call.isPending,
  };
}

function hasProblems(draft: Draft): boolean {
  return agrees(draft) && build(draft.form).problems.size > 0;
}

function shown({ fields, rest }: Placed, { all, fields: touched, since }: Touched): Placed {
  const seen = [...fields].filter(([field]) => (all || touched.has(field)) && !since.has(field));
  return { fields: new Map(seen), rest };
}
export type Creating = ReturnType<typeof useCreate>;
