// A form and a YAML that say the same. One change goes one way, the form's into the text or the text's into the form,
// so there is nothing to loop.
import type { Kept } from "./draft";
import type { Form } from "./form";
import { build } from "./manifest";
import { readForm } from "./read-form";
import { type Fault, parse, rewrite, write } from "./yaml";

export interface Draft extends Kept {
  /** Why the text cannot be read, with places. */
  readonly faults: readonly Fault[];
  /** Paths that the form cannot say as the text does. */
  readonly misfits: readonly string[];
}

/** Form and text say the same. Else the text is what counts, and the form shows what it can. */
export function agrees(draft: Draft): boolean {
  return draft.faults.length === 0 && draft.misfits.length === 0;
}

export function ofForm(form: Form): Draft {
  return { form, text: write({ ...build(form).manifest }), faults: [], misfits: [] };
}

export function ofText(typed: string, last: Form): Draft {
  const { value, faults } = parse(typed);
  if (faults.length > 0) return { form: last, text: typed, faults, misfits: [] };
  // An empty text is the Pod that says nothing.
  return { text: typed, faults, ...readForm(value ?? {}, last) };
}

/** While the text says more than the form can, the form changes nothing: what was typed there would be lost. */
export function changeForm(draft: Draft, change: (form: Form) => Form): Draft {
  if (!agrees(draft)) return draft;
  const form = change(draft.form);
  if (form === draft.form) return draft;
  return { ...draft, form, text: rewrite(draft.text, { ...build(form).manifest }) };
}

export function changeText(draft: Draft, typed: string): Draft {
  return typed === draft.text ? draft : ofText(typed, draft.form);
}
