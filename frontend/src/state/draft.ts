// What is being made, kept over a reload, in this tab only. A draft that cannot be read is no draft.
import { DRAFT } from "./drop-draft";
import { EMPTY, type Form, type Member, type Pair, type Port } from "./form";
import { flag, isRecord, list, number, type Obj, object, text } from "./read";

export interface Kept {
  readonly form: Form;
  /** The Pod as YAML, as it stands in the editor. */
  readonly text: string;
}

function extra(row: Obj): { readonly extra?: Obj } {
  return isRecord(row.extra) ? { extra: row.extra } : {};
}

function pair(row: Obj): Pair {
  return { id: number(row, "id") ?? 0, name: text(row, "name"), value: text(row, "value"), ...extra(row) };
}

function port(row: Obj): Port {
  return {
    id: number(row, "id") ?? 0,
    containerPort: text(row, "containerPort"),
    protocol: text(row, "protocol"),
    hostPort: text(row, "hostPort"),
    ...extra(row),
  };
}

function member(row: Obj): Member {
  return {
    id: number(row, "id") ?? 0,
    name: text(row, "name"),
    image: text(row, "image"),
    pullPolicy: text(row, "pullPolicy"),
    command: text(row, "command"),
    args: text(row, "args"),
    workingDir: text(row, "workingDir"),
    env: list(row, "env").map(pair),
    ports: list(row, "ports").map(port),
    ...extra(row),
  };
}

function storedForm(value: Obj): Form {
  const more = object(value, "extra");
  const parts = { pod: object(more, "pod"), metadata: object(more, "metadata"), spec: object(more, "spec") };
  return {
    nextId: number(value, "nextId") ?? EMPTY.nextId,
    name: text(value, "name"),
    hostname: text(value, "hostname"),
    sharesProcesses: flag(value, "sharesProcesses"),
    restartPolicy: text(value, "restartPolicy"),
    grace: text(value, "grace"),
    labels: list(value, "labels").map(pair),
    annotations: list(value, "annotations").map(pair),
    members: list(value, "members").map(member),
    ...(isRecord(value.extra) && { extra: parts }),
  };
}

function readDraft(stored: string | null): Kept | null {
  if (stored === null) return null;
  try {
    const value: unknown = JSON.parse(stored);
    if (!isRecord(value) || !isRecord(value.form)) return null;
    return { form: storedForm(value.form), text: text(value, "text") };
  } catch {
    return null;
  }
}

export function loadDraft(): Kept | null {
  return readDraft(globalThis.sessionStorage.getItem(DRAFT));
}

export function saveDraft({ form, text: typed }: Kept): void {
  try {
    globalThis.sessionStorage.setItem(DRAFT, JSON.stringify({ form, text: typed }));
  } catch {
    // A text too large to keep: it is still on the page.
  }
}
