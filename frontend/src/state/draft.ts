// The form kept over a reload, in this tab only. A draft that cannot be read is no draft.
import type { Form, Member, Pair, Port } from "./form";
import { flag, isRecord, list, number, type Obj, text } from "./read";

const KEY = "new-pod";

function pair(row: Obj): Pair {
  return { id: number(row, "id") ?? 0, name: text(row, "name"), value: text(row, "value") };
}

function port(row: Obj): Port {
  return {
    id: number(row, "id") ?? 0,
    containerPort: text(row, "containerPort"),
    protocol: text(row, "protocol"),
    hostPort: text(row, "hostPort"),
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
  };
}

function readDraft(stored: string | null): Form | null {
  if (stored === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    return null;
  }
  const nextId = isRecord(value) ? number(value, "nextId") : null;
  if (!isRecord(value) || nextId === null) return null;
  return {
    nextId,
    name: text(value, "name"),
    hostname: text(value, "hostname"),
    sharesProcesses: flag(value, "sharesProcesses"),
    restartPolicy: text(value, "restartPolicy"),
    grace: text(value, "grace"),
    labels: list(value, "labels").map(pair),
    annotations: list(value, "annotations").map(pair),
    members: list(value, "members").map(member),
  };
}

export function loadDraft(): Form | null {
  return readDraft(globalThis.sessionStorage.getItem(KEY));
}

export function saveDraft(form: Form): void {
  globalThis.sessionStorage.setItem(KEY, JSON.stringify(form));
}

export function dropDraft(): void {
  globalThis.sessionStorage.removeItem(KEY);
}
