// A Pod's YAML as the form: what it can say in fields, the rest kept beside them; and what even so would be lost.
import { type Form, type Member, NO_MEMBER, type Pair, type Port } from "./form";
import { build } from "./manifest";
import { isRecord, type Obj, object } from "./read";
import { typedAs } from "./words";

export interface Reading {
  readonly form: Form;
  /** Paths that the form would say otherwise than the YAML does. While there are any, the YAML is what counts. */
  readonly misfits: readonly string[];
}

/** `last` is the form so far: what the YAML says as before keeps its rows, and text that is no number yet. */
export function readForm(value: unknown, last: Form): Reading {
  if (!isRecord(value)) return { form: last, misfits: ["the whole text"] };
  if (differences(value, { ...build(last).manifest }).length === 0) return { form: last, misfits: [] };
  const form = formOf(value, last);
  return { form, misfits: differences(value, { ...build(form).manifest }) };
}

interface Ids {
  next: number;
}

function formOf(value: Obj, last: Form): Form {
  const metadata = object(value, "metadata");
  const spec = object(value, "spec");
  const ids = { next: last.nextId };
  const extra = {
    pod: rest(value, ["apiVersion", "kind", "metadata", "spec"]),
    metadata: rest(metadata, ["name", "labels", "annotations"]),
    spec: rest(spec, [
      "hostname",
      "shareProcessNamespace",
      "restartPolicy",
      "terminationGracePeriodSeconds",
      "containers",
    ]),
  };
  const form = {
    name: said(metadata.name),
    hostname: said(spec.hostname),
    sharesProcesses: spec.shareProcessNamespace === true,
    restartPolicy: said(spec.restartPolicy),
    grace: counted(spec.terminationGracePeriodSeconds, last.grace),
    labels: dictionary(object(metadata, "labels"), last.labels, ids),
    annotations: dictionary(object(metadata, "annotations"), last.annotations, ids),
    members: members(items(spec.containers), last.members, ids),
  };
  const hasExtra = Object.values(extra).some((each) => Object.keys(each).length > 0);
  return { nextId: ids.next, ...form, ...(hasExtra && { extra }) };
}

function rest(from: Obj, known: readonly string[]): Obj {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !known.includes(key)));
}

function items(value: unknown): readonly Obj[] {
  return Array.isArray(value) ? value.map((item) => (isRecord(item) ? item : {})) : [];
}

/** A text as it is; anything else as something to see, which the comparison then finds to be another value. */
function said(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function counted(value: unknown, typed: string): string {
  const isNumber = /^\s*-?\d+\s*$/.test(typed);
  if (value === undefined || value === null) return isNumber ? "" : typed;
  return typeof value === "number" && isNumber && Number(typed) === value ? typed : said(value);
}

function words(value: unknown): string {
  return Array.isArray(value) ? typedAs(value.map(said)) : said(value);
}

function dictionary(from: Obj, last: readonly Pair[], ids: Ids): readonly Pair[] {
  return Object.entries(from).map(([name, value]) => {
    const id = last.find((row) => row.name === name)?.id ?? ids.next++;
    return { id, name, value: said(value) };
  });
}

/** The members of before that these are: by name, else by place. */
function members(containers: readonly Obj[], last: readonly Member[], ids: Ids): readonly Member[] {
  const names = new Set(containers.map((each) => each.name));
  const left = [...last];
  const take = (fits: (member: Member) => boolean) => {
    const at = left.findIndex(fits);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const named = containers.map((each) => take((member) => member.name !== "" && member.name === each.name));
  return containers.map((each, index) => {
    const there = last[index];
    const before = named[index] ?? take((member) => member === there && !names.has(member.name));
    return memberOf(each, before ?? { ...NO_MEMBER, id: ids.next++ }, ids);
  });
}

const MEMBER = ["name", "image", "imagePullPolicy", "command", "args", "workingDir", "env", "ports"];

function memberOf(value: Obj, last: Member, ids: Ids): Member {
  const extra = rest(value, MEMBER);
  return {
    id: last.id,
    name: said(value.name),
    image: said(value.image),
    pullPolicy: said(value.imagePullPolicy),
    command: words(value.command),
    args: words(value.args),
    workingDir: said(value.workingDir),
    env: items(value.env).map((each, index) => variable(each, last.env[index], ids)),
    ports: items(value.ports).map((each, index) => port(each, last.ports[index], ids)),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function variable(value: Obj, last: Pair | undefined, ids: Ids): Pair {
  const extra = rest(value, ["name", "value"]);
  const id = last?.id ?? ids.next++;
  return { id, name: said(value.name), value: said(value.value), ...(Object.keys(extra).length > 0 && { extra }) };
}

function port(value: Obj, last: Port | undefined, ids: Ids): Port {
  const extra = rest(value, ["containerPort", "protocol", "hostPort"]);
  return {
    id: last?.id ?? ids.next++,
    containerPort: counted(value.containerPort, last?.containerPort ?? ""),
    protocol: said(value.protocol),
    hostPort: counted(value.hostPort, last?.hostPort ?? ""),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

const MOST = 8;

// What is always said of a Pod, and need not be written.
const POD: Obj = { apiVersion: "v1", kind: "Pod" };

/** Where two Pods mean different things, as paths. What Kubernetes takes for not given is left out of both. */
export function differences(one: Obj, other: Obj): readonly string[] {
  const found: string[] = [];
  compare(meant({ ...POD, ...unless(one) }, ""), meant(other, ""), "", found);
  return found.slice(0, MOST);
}

function unless(value: Obj): Obj {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null && inner !== ""));
}

const DICTIONARIES = new Set(["metadata.labels", "metadata.annotations"]);

function meant(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value.map((item) => meant(item, `${path}[]`));
  if (!isRecord(value) || DICTIONARIES.has(path)) return value;
  const kept = Object.entries(value)
    .map(([key, inner]) => {
      const at = path ? `${path}.${key}` : key;
      return [key, at === "spec.shareProcessNamespace" && inner === false ? null : meant(inner, at)] as const;
    })
    .filter(([, inner]) => !isNothing(inner));
  return Object.fromEntries(kept);
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

function compare(one: unknown, other: unknown, path: string, found: string[]): void {
  if ((isRecord(one) || one === undefined) && (isRecord(other) || other === undefined)) {
    for (const key of Object.keys({ ...one, ...other })) {
      compare(one?.[key], other?.[key], path ? `${path}.${key}` : key, found);
    }
  } else if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    one.forEach((item, index) => {
      compare(item, other[index], `${path}[${index}]`, found);
    });
  } else if (!Object.is(one, other)) found.push(path || "the whole text");
}
