// The live messages under short names, and the one place where untyped text becomes a message.
import type { components } from "./generated/wire";

type Schemas = components["schemas"];

export type Sample = Schemas["Sample"];
export type Snapshot = Schemas["Snapshot"];
export type Stream = Schemas["Stream"];
export type Live = Schemas["Live"];

export type Process = Schemas["Process"];
export type Passed = Schemas["Passed"];
export type HostnameView = Schemas["HostnameView"];
export type NetworkView = Schemas["NetworkView"];
export type Interface = Schemas["Interface"];
export type Route = Schemas["Route"];
export type Socket = Schemas["Socket"];
export type PublishedPort = Schemas["PublishedPort"];
export type NamespacesView = Schemas["NamespacesView"];
export type NamespaceRow = Schemas["NamespaceRow"];
export type NamespaceCell = Schemas["NamespaceCell"];
export type NamespaceKind = NamespaceCell["kind"];
export type PullView = Schemas["PullView"];
export type StepView = Schemas["StepView"];

const TAGS = { sample: true, still: true, snapshot: true, stream: true, gone: true } satisfies Record<
  Live["type"],
  true
>;

function isLive(value: unknown): value is Live {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  return typeof value.type === "string" && Object.hasOwn(TAGS, value.type);
}

/** The message in a frame; null for one this page is too old to know. Only the tag is checked: the server is ours. */
export function readFrame(text: string): Live | null {
  const value: unknown = JSON.parse(text);
  return isLive(value) ? value : null;
}

// Why the service closes a live socket: the CLOSE_ constants of sandboxes/wire.py.
export const CLOSED = { unauthenticated: 4401, notFound: 4404, gone: 4410, tooMany: 4429 } as const;
