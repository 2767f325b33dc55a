// What the service says of a draft, and where: beside the fields it came from, and on the lines of the YAML.
import { type Cause, Refusal, told } from "../api/refusal";
import { build, merged, type Placed, place } from "./manifest";
import { agrees, type Draft } from "./two-ways";
import { type Place, parse } from "./yaml";

export interface Verdict {
  readonly causes: readonly Cause[];
  /** What is about no field. */
  readonly general: readonly string[];
}

export const NO_COMPLAINT: Verdict = { causes: [], general: [] };

export function verdictOf(error: unknown): Verdict {
  if (!(error instanceof Refusal)) return { causes: [], general: [told(error)] };
  if (error.reason === "AlreadyExists")
    return { causes: [{ field: "metadata.name", message: error.message }], general: [] };
  // A quota is about no field: its causes repeat what the message says.
  if (error.reason === "Forbidden") return { causes: [], general: [error.message] };
  return error.causes.length > 0 ? { causes: error.causes, general: [] } : { causes: [], general: [error.message] };
}

/** It said something about this Pod; else it could not be asked, and the next time may tell. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Refusal && error.code < 500 && ![401, 408, 425, 429].includes(error.code);
}

/** Errors by the id of their field, with the page's own. A form that is not what counts has none. */
export function placed(draft: Draft, verdict: Verdict): Placed {
  const { origins, problems } = build(draft.form);
  if (!agrees(draft)) {
    const lines = verdict.causes.map(({ field, message }) => (field ? `${field}: ${message}` : message));
    return { fields: new Map(), rest: [...lines, ...verdict.general] };
  }
  const said = place(verdict.causes, origins);
  return merged(problems, { fields: said.fields, rest: [...said.rest, ...verdict.general] });
}

/** One complaint about the text; without a place it is about the whole of it. */
export interface Mark {
  readonly place: Place | null;
  readonly message: string;
}

export function marksOn(draft: Draft, verdict: Verdict): readonly Mark[] {
  if (draft.faults.length > 0) return draft.faults.map((fault) => ({ place: fault, message: fault.message }));
  const { placeOf } = parse(draft.text);
  const at = verdict.causes.map(({ field, message }) => ({
    place: placeOf(field),
    message: field ? `${field}: ${message}` : message,
  }));
  return [...at, ...verdict.general.map((message) => ({ place: onLine(draft.text, message), message }))];
}

/** A refusal that names the line itself: "yaml: line 3: …". */
function onLine(text: string, message: string): Place | null {
  const line = Number(/\bline (\d+)\b/.exec(message)?.[1]);
  const lines = text.split("\n");
  const said = lines[line - 1];
  if (said === undefined) return null;
  const from = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  return { from, to: from + said.length, line };
}

const UNKNOWN = /^unknown field "|^Forbidden: not supported here: /;

/** Fields that the service refuses because it has none of that name, or has no use for it: they could be left out. */
export function unknownFields(verdict: Verdict): readonly string[] {
  return verdict.causes.filter((cause) => UNKNOWN.test(cause.message)).map((cause) => cause.field);
}
