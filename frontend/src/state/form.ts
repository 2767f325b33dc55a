// The new-pod form as values. Numbers stay the text that was typed; manifest.ts makes the Pod of it.
// Every row carries an id of its own, so that React, errors and focus keep hold of it when others come and go.
// `extra` holds what a YAML said beside the fields that the form has: it is sent as it came.
import type { Obj } from "./read";

export interface Pair {
  readonly id: number;
  readonly name: string;
  readonly value: string;
  readonly extra?: Obj;
}

export interface Port {
  readonly id: number;
  readonly containerPort: string;
  readonly protocol: string;
  readonly hostPort: string;
  readonly extra?: Obj;
}

export interface Member {
  readonly id: number;
  readonly name: string;
  readonly image: string;
  readonly pullPolicy: string;
  readonly command: string;
  readonly args: string;
  readonly workingDir: string;
  readonly env: readonly Pair[];
  readonly ports: readonly Port[];
  readonly extra?: Obj;
}

export interface Form {
  readonly nextId: number;
  readonly name: string;
  readonly hostname: string;
  readonly sharesProcesses: boolean;
  readonly restartPolicy: string;
  readonly grace: string;
  readonly labels: readonly Pair[];
  readonly annotations: readonly Pair[];
  readonly members: readonly Member[];
  /** Beside `metadata` and `spec`, and within them. */
  readonly extra?: { readonly pod: Obj; readonly metadata: Obj; readonly spec: Obj };
}

/** What the form sends: the part of a Pod v1 it can say. */
export interface Manifest {
  apiVersion: "v1";
  kind: "Pod";
  metadata: { name?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    hostname?: string;
    shareProcessNamespace?: boolean;
    restartPolicy?: string;
    terminationGracePeriodSeconds?: number;
    containers: ManifestContainer[];
  };
}

export interface ManifestContainer {
  name: string;
  image: string;
  imagePullPolicy?: string;
  command?: string[];
  args?: string[];
  workingDir?: string;
  env?: { name: string; value?: string }[];
  ports?: { containerPort?: number; protocol?: string; hostPort?: number }[];
}

export const NO_MEMBER = {
  name: "",
  image: "",
  pullPolicy: "",
  command: "",
  args: "",
  workingDir: "",
  env: [],
  ports: [],
} satisfies Omit<Member, "id">;

export const EMPTY: Form = {
  nextId: 2,
  name: "",
  hostname: "",
  sharesProcesses: false,
  restartPolicy: "",
  grace: "",
  labels: [],
  annotations: [],
  members: [{ ...NO_MEMBER, id: 1 }],
};

export function addMember(form: Form): Form {
  return { ...form, nextId: form.nextId + 1, members: [...form.members, { ...NO_MEMBER, id: form.nextId }] };
}

export function removeMember(form: Form, id: number): Form {
  return { ...form, members: form.members.filter((member) => member.id !== id) };
}

/** Puts a member back where it was; where others went meanwhile, as near as there is. */
export function insertMember(form: Form, member: Member, at: number): Form {
  if (form.members.some((each) => each.id === member.id)) return form;
  return { ...form, members: form.members.toSpliced(at, 0, member) };
}

/** One place up (-1) or down (1); at the end of the list nothing changes. */
export function moveMember(form: Form, id: number, by: -1 | 1): Form {
  const at = form.members.findIndex((member) => member.id === id);
  const moved = form.members[at];
  if (!moved || at + by < 0 || at + by >= form.members.length) return form;
  return { ...form, members: form.members.toSpliced(at, 1).toSpliced(at + by, 0, moved) };
}

export function changeMember(form: Form, id: number, change: Partial<Member>): Form {
  return { ...form, members: form.members.map((each) => (each.id === id ? { ...each, ...change } : each)) };
}

/** A copy right after the original, under a free name; host ports stay empty, as two members cannot share one. */
export function duplicateMember(form: Form, id: number): Form {
  const at = form.members.findIndex((member) => member.id === id);
  const original = form.members[at];
  if (!original) return form;
  let next = form.nextId;
  const copy: Member = {
    ...original,
    id: next++,
    name: freeName(original.name, new Set(form.members.map((member) => member.name))),
    env: original.env.map((row) => ({ ...row, id: next++ })),
    ports: original.ports.map((port) => ({ ...port, id: next++, hostPort: "" })),
  };
  const members = [...form.members.slice(0, at + 1), copy, ...form.members.slice(at + 1)];
  return { ...form, nextId: next, members };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!name) return "";
  const stem = name.replace(/-\d+$/, "");
  let n = 2;
  while (taken.has(`${stem}-${n}`)) n += 1;
  return `${stem}-${n}`;
}

/** Rows read from pasted KEY=VALUE lines; empty lines and #-comments are skipped, a value may hold `=`. */
export function readPairs(pasted: string): readonly Omit<Pair, "id">[] {
  return pasted
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const at = line.indexOf("=");
      return at < 0 ? { name: line, value: "" } : { name: line.slice(0, at), value: line.slice(at + 1) };
    });
}

/** Nothing was typed yet: nothing is lost when the form is filled anew, and there is nothing to check. */
export function isEmpty(form: Form): boolean {
  const { nextId: _one, members, ...rest } = form;
  const { nextId: _two, members: _none, ...nothing } = EMPTY;
  return (
    JSON.stringify(rest) === JSON.stringify(nothing) &&
    members.every((member) => JSON.stringify({ ...member, id: 0 }) === JSON.stringify({ ...NO_MEMBER, id: 0 }))
  );
}
