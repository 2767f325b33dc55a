// The draft under the hands of a person: changed from either side, kept over a reload, and what was taken away given back.
import { useEffect, useRef, useState } from "react";
import { loadDraft, saveDraft } from "../state/draft";
import { dropDraft } from "../state/drop-draft";
import { EMPTY, type Form, insertMember, isEmpty, removeMember } from "../state/form";
import { memberField } from "../state/manifest";
import { agrees, changeForm, changeText, type Draft, ofForm, ofText } from "../state/two-ways";
import { useFocusNext } from "../ui/focus";

export interface Undo {
  readonly said: string;
  /** Where in the list of members something is missing; null: it is about all of it. */
  readonly at: number | null;
  readonly back: (draft: Draft) => Draft;
  /** What has the focus once it was taken back, and once it was dismissed: the note is gone then. */
  readonly focus: readonly [back: string, dismissed: string];
}

/** Where the focus goes when all of the page is another: its heading. */
export const HEADING = "new-pod";
export const ADD_MEMBER = "add-member";

function begin(): Draft {
  const kept = loadDraft();
  return kept ? ofText(kept.text, kept.form) : ofForm(EMPTY);
}

export function isUntouched(draft: Draft): boolean {
  return agrees(draft) && isEmpty(draft.form);
}

export function useMaking() {
  const [draft, setDraft] = useState(begin);
  const [undo, setUndo] = useState<Undo | null>(null);
  // Another Pod altogether: what the fields of the last one remember is not about this one.
  const [generation, setGeneration] = useState(0);
  const made = useRef(false);
  useEffect(() => {
    if (!made.current) saveDraft(draft);
  }, [draft]);

  const focusNext = useFocusNext();

  const replace = (next: Draft, said: string) => {
    focusNext(HEADING);
    setUndo(isUntouched(draft) ? null : { said, at: null, back: () => draft, focus: [HEADING, HEADING] });
    setDraft(next);
    setGeneration((last) => last + 1);
  };
  const takeOut = (id: number) => {
    const at = draft.form.members.findIndex((each) => each.id === id);
    const member = draft.form.members[at];
    if (!member) return;
    const back = (last: Draft) => changeForm(last, (form) => insertMember(form, member, at));
    const said = `${member.name || `Member ${at + 1}`} was removed.`;
    setUndo({ said, at, back, focus: [memberField(id, "name"), ADD_MEMBER] });
    setDraft((last) => changeForm(last, (form) => removeMember(form, id)));
  };
  return {
    draft,
    undo,
    generation,
    replace,
    takeOut,
    setForm: (change: (form: Form) => Form) => setDraft((last) => changeForm(last, change)),
    setText: (text: string) => setDraft((last) => changeText(last, text)),
    takeBack: () => {
      const before = undo?.back(draft) ?? draft;
      // While the YAML cannot be read a member finds no place to go back to: it is kept.
      if (!undo || before === draft) return;
      focusNext(undo.focus[0]);
      setDraft(before);
      setUndo(null);
      setGeneration((last) => last + 1);
    },
    forgetUndo: () => {
      if (undo) focusNext(undo.focus[1]);
      setUndo(null);
    },
    finish: () => {
      made.current = true;
      dropDraft();
    },
  };
}

export type Making = ReturnType<typeof useMaking>;
