// A refusal's causes, each at the field it is about.
import { useMemo } from "react";
import { Refusal, told } from "../api/refusal";

interface Placed {
  readonly of: ReadonlyMap<string, string>;
  /** What belongs to no field, "" where all of it does. */
  readonly rest: string;
}

/** `fields`: the last word of a cause's field → the id of the input. */
function placed(error: unknown, fields: Readonly<Record<string, string>>): Placed {
  const of = new Map<string, string>();
  if (!(error instanceof Refusal)) return { of, rest: error ? told(error) : "" };
  for (const { field, message } of error.causes) {
    const id = fields[field.split(".").at(-1) ?? ""];
    // Of a field that is wrong in two ways both are told.
    if (id !== undefined) of.set(id, [of.get(id), message].filter(Boolean).join(" "));
  }
  return { of, rest: of.size > 0 ? "" : error.message };
}

/** For `FieldErrors`; `forget` is called when a field that is wrong is changed. */
export function useFieldErrors(error: unknown, fields: Readonly<Record<string, string>>, forget: () => void) {
  const { of, rest } = useMemo(() => placed(error, fields), [error, fields]);
  return { errors: { of, changed: () => of.size > 0 && forget() }, rest };
}
