// The Pod that a form says, and which field of the form each path of that Pod came from.
import type { Cause } from "../api/refusal";
import type { Form, Manifest, ManifestContainer, Member, Pair, Port } from "./form";
import type { Obj } from "./read";
import { wordsOf } from "./words";

/** DOM ids of the form's fields; `memberField(3, "image")` and so on are the same everywhere. */
export const FIELD = {
  name: "pod-name",
  hostname: "pod-hostname",
  restartPolicy: "pod-restart-policy",
  grace: "pod-grace",
} as const;

type MemberPart = "name" | "image" | "pull-policy" | "command" | "args" | "working-dir";

export function memberField(id: number, part: MemberPart): string {
  return `member-${id}-${part}`;
}

export function pairField(id: number, part: "name" | "value"): string {
  return `pair-${id}-${part}`;
}

export function portField(id: number, part: "container" | "protocol" | "host"): string {
  return `port-${id}-${part}`;
}

export interface Built {
  readonly manifest: Manifest;
  /** Path of the Pod → id of the field it came from. */
  readonly origins: ReadonlyMap<string, string>;
  /** What cannot even be said as JSON: text where a number belongs, a key twice. Paths are ids of fields. */
  readonly problems: ReadonlyMap<string, string>;
}

interface Notes {
  readonly origins: Map<string, string>;
  readonly problems: Map<string, string>;
}

export function build(form: Form): Built {
  const notes: Notes = { origins: new Map(), problems: new Map() };
  const { origins } = notes;
  origins.set("metadata.name", FIELD.name);
  origins.set("spec.hostname", FIELD.hostname);
  origins.set("spec.restartPolicy", FIELD.restartPolicy);
  origins.set("spec.terminationGracePeriodSeconds", FIELD.grace);
  const labels = dictionary(form.labels, "metadata.labels", notes);
  const annotations = dictionary(form.annotations, "metadata.annotations", notes);
  const grace = whole(form.grace, FIELD.grace, notes);
  const manifest: Manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...(namedByServer(form) ? undefined : { name: form.name }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...form.extra?.metadata,
    },
    spec: {
      ...(form.hostname && { hostname: form.hostname }),
      ...(form.sharesProcesses && { shareProcessNamespace: true }),
      ...(form.restartPolicy && { restartPolicy: form.restartPolicy }),
      ...(grace !== undefined && { terminationGracePeriodSeconds: grace }),
      containers: form.members.map((member, index) => container(member, `spec.containers[${index}]`, notes)),
      ...form.extra?.spec,
    },
    ...form.extra?.pod,
  };
  return { manifest, origins, problems: notes.problems };
}

function whole(typed: string, field: string, notes: Notes): number | undefined {
  const trimmed = typed.trim();
  if (trimmed === "") return undefined;
  if (/^-?\d{1,15}$/.test(trimmed)) return Number(trimmed);
  notes.problems.set(field, `Invalid value: "${trimmed}": must be a whole number`);
  return undefined;
}

function filled(rows: readonly Pair[]): readonly Pair[] {
  return rows.filter((row) => row.name !== "" || row.value !== "" || row.extra);
}

function dictionary(rows: readonly Pair[], path: string, notes: Notes): Record<string, string> | undefined {
  const found = new Map<string, string>();
  for (const row of filled(rows)) {
    const field = pairField(row.id, "name");
    // Kubernetes names the whole map; the first row is the nearest place there is.
    if (!notes.origins.has(path)) notes.origins.set(path, field);
    notes.origins.set(`${path}[${row.name}]`, field);
    if (found.has(row.name)) notes.problems.set(field, `Duplicate value: "${row.name}"`);
    found.set(row.name, row.value);
  }
  return found.size === 0 ? undefined : Object.fromEntries(found);
}

/** With generateName a name need not be given. */
function namedByServer(form: Form): boolean {
  return form.name === "" && typeof form.extra?.metadata.generateName === "string";
}

function container(member: Member, path: string, notes: Notes): ManifestContainer {
  const { origins } = notes;
  origins.set(`${path}.name`, memberField(member.id, "name"));
  origins.set(`${path}.image`, memberField(member.id, "image"));
  origins.set(`${path}.imagePullPolicy`, memberField(member.id, "pull-policy"));
  origins.set(`${path}.command`, memberField(member.id, "command"));
  origins.set(`${path}.args`, memberField(member.id, "args"));
  origins.set(`${path}.workingDir`, memberField(member.id, "working-dir"));
  const command = wordsOf(member.command);
  const args = wordsOf(member.args);
  const env = filled(member.env).map((row, index) => variable(row, `${path}.env[${index}]`, notes));
  const ports = member.ports
    .filter((port) => port.containerPort !== "" || port.hostPort !== "" || port.extra)
    .map((port, index) => containerPort(port, `${path}.ports[${index}]`, notes));
  return {
    name: member.name,
    image: member.image,
    ...(member.pullPolicy && { imagePullPolicy: member.pullPolicy }),
    ...(command.length > 0 && { command }),
    ...(args.length > 0 && { args }),
    ...(member.workingDir && { workingDir: member.workingDir }),
    ...(env.length > 0 && { env }),
    ...(ports.length > 0 && { ports }),
    ...member.extra,
  };
}

function variable(row: Pair, path: string, notes: Notes): Obj & { name: string; value?: string } {
  notes.origins.set(path, pairField(row.id, "name"));
  notes.origins.set(`${path}.value`, pairField(row.id, "value"));
  // With valueFrom a value may not be given as well, not even an empty one.
  const value = row.value === "" && row.extra ? undefined : { value: row.value };
  return { name: row.name, ...value, ...row.extra };
}

function containerPort(
  port: Port,
  path: string,
  notes: Notes,
): Obj & { containerPort?: number; protocol?: string; hostPort?: number } {
  notes.origins.set(path, portField(port.id, "container"));
  notes.origins.set(`${path}.protocol`, portField(port.id, "protocol"));
  notes.origins.set(`${path}.hostPort`, portField(port.id, "host"));
  const inside = whole(port.containerPort, portField(port.id, "container"), notes);
  const outside = published(port, notes);
  return {
    ...(inside !== undefined && { containerPort: inside }),
    ...(port.protocol && { protocol: port.protocol }),
    ...(outside !== undefined && { hostPort: outside }),
    ...port.extra,
  };
}

/** Kubernetes takes 0 for "not given": it would say nothing of it, and publish nothing. */
function published(port: Port, notes: Notes): number | undefined {
  const field = portField(port.id, "host");
  const typed = whole(port.hostPort, field, notes);
  if (typed !== 0) return typed;
  notes.problems.set(field, "Leave empty: 0 is not a port");
  return undefined;
}

export interface Placed {
  /** Id of a field → what is wrong with it. */
  readonly fields: ReadonlyMap<string, string>;
  /** What has no field here. */
  readonly rest: readonly string[];
}

/** Puts each cause beside its field: the field of its path, or of the nearest path above. */
export function place(causes: readonly Cause[], origins: ReadonlyMap<string, string>): Placed {
  const fields = new Map<string, string>();
  const rest: string[] = [];
  for (const cause of causes) {
    const field = nearest(cause.field, origins);
    if (field === undefined) rest.push(cause.field ? `${cause.field}: ${cause.message}` : cause.message);
    else fields.set(field, fields.has(field) ? `${fields.get(field)}. ${cause.message}` : cause.message);
  }
  return { fields, rest };
}

/** What the page found itself and what the service said, of which the page's own is told at a field that has both. */
export function merged(found: ReadonlyMap<string, string>, said: Placed): Placed {
  return { fields: new Map([...said.fields, ...found]), rest: said.rest };
}

function nearest(path: string, origins: ReadonlyMap<string, string>): string | undefined {
  let at = path;
  while (at !== "") {
    const field = origins.get(at);
    if (field !== undefined) return field;
    at = at.slice(0, Math.max(at.lastIndexOf("."), at.lastIndexOf("["), 0));
  }
  return undefined;
}
