// The Pod as YAML: read with the place of each thing, and changed without touching what stays as it was.
// Read as the service reads it: YAML 1.1 (`yes` is true), but times are text, and no anchors, aliases or tags.
import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  stringify,
  type Tags,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { isRecord, type Obj } from "./read";

/** A stretch of the text: offsets from its start, and the line it begins on, from 1. */
export interface Place {
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

export interface Fault extends Place {
  readonly message: string;
}

export interface Parsed {
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** Where a path of the Pod is written ("spec.containers[0].image"), or what is nearest above it. */
  readonly placeOf: (path: string) => Place | null;
  /** Lines from which to which each member is written, from 1. */
  readonly members: readonly Lines[];
}

export interface Lines {
  readonly first: number;
  readonly last: number;
}

const SEXAGESIMAL_AND_DATES = new Set(["TIME", "timestamp"]);
const NO_JSON = /binary|merge|omap|pairs|set|timestamp/;

function jsonTags(tags: Tags): Tags {
  return tags.filter((tag) => {
    if (typeof tag === "string") return true;
    return !NO_JSON.test(tag.tag) && !("format" in tag && SEXAGESIMAL_AND_DATES.has(tag.format ?? ""));
  });
}

const READING = { version: "1.1", schema: "yaml-1.1", customTags: jsonTags, prettyErrors: false } as const;
// Texts that another reader of YAML would take for a time are quoted.
const WRITING = { ...READING, compat: "yaml-1.1" } as const;
const LOOK = { lineWidth: 0, flowCollectionPadding: false } as const;

export function parse(text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...READING, lineCounter: lines });
  const at = (from: number, to: number): Place => ({ from, to, line: Math.max(1, lines.linePos(from).line) });
  const faults: Fault[] = document.errors.map(({ pos: [from, to], message }) => ({ ...at(from, to), message }));
  visit(document, {
    Node(_key, node) {
      const said = refused(node);
      const [from, to] = node.range ?? [0, 0];
      if (said) faults.push({ ...at(from, to), message: said });
    },
  });
  const placeOf = (path: string) => {
    const found = find(document.contents, path);
    return found && at(found[0], found[1]);
  };
  const value = faults.length > 0 ? undefined : document.toJS({ maxAliasCount: 0 });
  const members = spansOf(document.getIn(["spec", "containers"])).map(([from, to]) => ({
    first: lines.linePos(from).line,
    last: lines.linePos(Math.max(from, to - 1)).line,
  }));
  return { value, faults, placeOf, members };
}

function refused(node: Node): string | null {
  if (isAlias(node) || ("anchor" in node && node.anchor)) return "Anchors and aliases are not accepted.";
  if ("tag" in node && node.tag) return "Tags are not accepted.";
  return null;
}

/** Of each item of a list, where it begins and ends. */
function spansOf(seq: unknown): readonly Range[] {
  if (!isSeq(seq)) return [];
  return seq.items.map((item) => rangeOf(item) ?? [0, 0]);
}

type Range = readonly [from: number, to: number];

function rangeOf(node: unknown): Range | null {
  if (!isScalar(node) && !isCollection(node)) return null;
  return node.range ? [node.range[0], node.range[1]] : null;
}

/** "a.b[0].c" and "a.labels[x.y/z]" as steps. */
function steps(path: string): readonly string[] {
  return [...path.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([all, inBrackets]) => inBrackets ?? all);
}

interface Found {
  readonly range: Range | null;
  readonly node: unknown;
}

function find(root: unknown, path: string): Range | null {
  let found: Found = { range: null, node: root };
  for (const step of steps(path)) {
    const next: Found | null = isMap(found.node) ? inMap(found.node, step) : inSeq(found.node, step);
    if (!next) break;
    found = { range: next.range ?? found.range, node: next.node };
  }
  return found.range;
}

/** A key with its value, if that is one word. */
function inMap(map: YAMLMap, key: string): Found | null {
  const pair = map.items.find((each) => keyOf(each.key) === key);
  if (!pair) return null;
  const at = rangeOf(pair.key);
  const end = isScalar(pair.value) ? (rangeOf(pair.value)?.[1] ?? 0) : 0;
  return { range: at && [at[0], Math.max(at[1], end)], node: pair.value };
}

/** Of a long item its first word is enough to see which. */
function inSeq(seq: unknown, index: string): Found | null {
  const node = isSeq(seq) ? seq.items[Number(index)] : undefined;
  if (node === undefined) return null;
  const range = rangeOf(node);
  return { range: range && (isScalar(node) ? range : firstKey(node, range)), node };
}

function firstKey(node: unknown, otherwise: Range): Range {
  return (isMap(node) && rangeOf(node.items[0]?.key)) || [otherwise[0], otherwise[0] + 1];
}

function keyOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

export function write(value: Obj): string {
  return new Document(value, WRITING).toString(LOOK);
}

/** The text changed so that it says `value`: comments, order and style of all that stays are kept. */
export function rewrite(text: string, value: Obj): string {
  const document = parseDocument(text, { ...WRITING, compat: null });
  if (document.errors.length > 0 || !isMap(document.contents)) return write(value);
  mergeMap(document, document.contents, value);
  return document.toString(LOOK);
}

function merge(document: Document, node: unknown, value: unknown): unknown {
  if (isMap(node) && isRecord(value)) return mergeMap(document, node, value);
  if (isSeq(node) && Array.isArray(value)) return mergeSeq(document, node, value);
  if (isScalar(node) && node.value === value) return node;
  const fresh = document.createNode(value);
  if (isScalar(node) && isScalar(fresh)) {
    fresh.comment = node.comment;
    if (typeof node.value === typeof value && node.type && isByChoice(node.value)) fresh.type = node.type;
  }
  return fresh;
}

/** A text that needs no quotes has the ones it has because its writer wants them; "" and "n" must have them. */
function isByChoice(value: unknown): boolean {
  return !/^["'|>]/.test(stringify(value, WRITING));
}

function mergeMap(document: Document, map: YAMLMap, value: Obj): YAMLMap {
  let last = -1;
  for (const [key, inner] of Object.entries(value)) {
    const at = map.items.findIndex((pair) => keyOf(pair.key) === key);
    const pair = map.items[at];
    if (pair) {
      pair.value = merge(document, pair.value, inner);
      last = at;
    } else {
      last += 1;
      map.items.splice(last, 0, document.createPair(key, inner));
    }
  }
  map.items = map.items.filter((pair) => keyOf(pair.key) in value || saysNothing(pair.value));
  return map;
}

/** What means the same as not being there may stay as its writer has it. */
function saysNothing(node: unknown): boolean {
  if (node === null) return true;
  if (isScalar(node)) return node.value === null || node.value === false;
  return isCollection(node) && node.items.length === 0;
}

function mergeSeq(document: Document, seq: YAMLSeq, values: readonly unknown[]): YAMLSeq {
  const left = [...seq.items];
  const names = new Set(values.map(nameOf));
  const take = (fits: (item: unknown) => boolean) => {
    const at = left.findIndex(fits);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const items = values.map((value, index) => {
    const same = take((item) => nameOf(plain(item)) === nameOf(value));
    // One that got another name is the one in its place, unless that one is still somewhere.
    const there = seq.items[index];
    const renamed = same ?? take((item) => item === there && !names.has(nameOf(plain(item))));
    return renamed === undefined ? document.createNode(value) : merge(document, renamed, value);
  });
  seq.items = items;
  return seq;
}

function plain(node: unknown): unknown {
  if (isMap(node)) return { name: scalar(node, "name"), containerPort: scalar(node, "containerPort") };
  return isScalar(node) ? node.value : undefined;
}

function scalar(map: YAMLMap, key: string): unknown {
  const found = map.get(key, true);
  return isScalar(found) ? found.value : undefined;
}

/** What tells one item of a list from the others. */
function nameOf(value: unknown): unknown {
  return isRecord(value) ? (value.name ?? value.containerPort) : value;
}

/** The text without the fields of these paths; one that is not there is no matter. */
export function without(text: string, paths: readonly string[]): string {
  const document = parseDocument(text, READING);
  for (const path of paths) {
    const keys = steps(path).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    if (document.hasIn(keys)) document.deleteIn(keys);
  }
  return document.toString(LOOK);
}
