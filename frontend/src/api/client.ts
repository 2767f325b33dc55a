// The only place that calls fetch. Answers are Kubernetes' objects; refusals are thrown as Refusal.
import createClient, { type Middleware } from "openapi-fetch";
import type { Manifest } from "../state/form";
import type { Inspection } from "../state/limits";
import type { ListedNode, NodeView } from "../state/node";
import { type PodFacts, readPod } from "../state/pod";
import { isRecord, list, object, text } from "../state/read";
import type { Wiring } from "../state/wiring";
import type { paths as KubernetesPaths } from "./generated/kubernetes";
import type { components, paths as PlaygroundPaths } from "./generated/playground";
import { readRefusal } from "./refusal";

/** Whether people come without an account: not at all, with the code of an event, freely. */
export type Guests = components["schemas"]["Session"]["guests"];

/** Where else one can sign in; `path` is of this site, and leads there. */
export interface IdentityProvider {
  readonly name: string;
  readonly path: string;
}

export interface SessionUser {
  readonly name: string;
  readonly role: string;
  /** Operators and auditors: nodes, and what is others'. */
  readonly seesAll: boolean;
  /** RFC 3339; "" for who is no guest. */
  readonly guestUntil: string;
  /** Can do nothing but set one up. */
  readonly needsSecondFactor: boolean;
}

export interface Session {
  readonly user: SessionUser | null;
  readonly namespace: string | null;
  readonly csrfToken: string;
  readonly guests: Guests;
  readonly provider: IdentityProvider | null;
}

export type CatalogueImage = Readonly<components["schemas"]["CatalogueImage"]>;

export type Command = Readonly<components["schemas"]["Command"]>;

/** `code`: of an authenticator app, or a recovery code, once the service has asked for it. */
export type Credentials = ({ readonly username: string; readonly password: string } | { readonly link: string }) & {
  readonly code: string;
};

// Belongs to the session cookie; the service hands out a new one at each sign-in.
let csrfToken = "";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const withToken: Middleware = {
  onRequest({ request }) {
    if (!SAFE.has(request.method)) request.headers.set("X-CSRFToken", csrfToken);
    return request;
  },
};

// Looked up at each call: a test, or a browser extension, may replace it after this file was read.
const options = { baseUrl: globalThis.location.origin, fetch: (request: Request) => globalThis.fetch(request) };
// Both and `unwrap` are for the parts of this folder that come when they are needed.
export const kubernetes = createClient<KubernetesPaths>(options);
export const playground = createClient<PlaygroundPaths>(options);
kubernetes.use(withToken);
playground.use(withToken);

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** What was answered. Throws a Refusal. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T | undefined> {
  const { data, error, response } = await call;
  if (!response.ok) throw readRefusal(response.status, error);
  return data;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function readSession(value: unknown): Session {
  const answer = record(value);
  csrfToken = text(answer, "csrfToken");
  const guests = answer.guests === "codes" || answer.guests === "open" ? answer.guests : "off";
  const at = record(answer.provider);
  const provider = text(at, "path") ? { name: text(at, "name"), path: text(at, "path") } : null;
  return { user: readUser(answer.user), namespace: text(answer, "namespace") || null, csrfToken, guests, provider };
}

function readUser(user: unknown): SessionUser | null {
  if (!isRecord(user)) return null;
  const role = text(user, "role") || "learner";
  const seesAll = user.isStaff === true || role === "operator" || role === "auditor";
  const needsSecondFactor = user.needsSecondFactor === true;
  return { name: text(user, "name"), role, seesAll, guestUntil: text(user, "guestUntil"), needsSecondFactor };
}

export async function getSession(): Promise<Session> {
  return readSession(await unwrap(playground.GET("/api/playground/v1/session")));
}

export async function signIn(body: Credentials): Promise<void> {
  // A page that was opened on /sign-in may hold no token yet.
  if (!csrfToken) await getSession();
  await unwrap(playground.POST("/api/playground/v1/session", { body }));
}

export async function signOut(): Promise<void> {
  await unwrap(playground.DELETE("/api/playground/v1/session"));
}

export async function getCatalogue(): Promise<readonly CatalogueImage[]> {
  return (await unwrap(playground.GET("/api/playground/v1/catalogue")))?.items ?? [];
}

export async function listNamespaces(): Promise<readonly string[]> {
  const answer = record(await unwrap(kubernetes.GET("/api/v1/namespaces")));
  return list(answer, "items").map((item) => text(object(item, "metadata"), "name"));
}

export async function listPods(namespace: string): Promise<readonly PodFacts[]> {
  const path = { namespace };
  const answer = record(await unwrap(kubernetes.GET("/api/v1/namespaces/{namespace}/pods", { params: { path } })));
  return list(answer, "items").map(readPod);
}

export async function getPod(namespace: string, name: string): Promise<PodFacts> {
  const path = { namespace, name };
  const call = kubernetes.GET("/api/v1/namespaces/{namespace}/pods/{name}", { params: { path } });
  return readPod(record(await unwrap(call)));
}

/** A text is YAML, sent as it is. Sent again with the same key it makes no second pod. */
export async function createPod(namespace: string, body: Manifest | string, key: string): Promise<PodFacts> {
  return postPod(body, { path: { namespace }, header: { "Idempotency-Key": key } });
}

/** Everything is checked and nothing is kept. */
export async function checkPod(namespace: string, body: Manifest | string, signal?: AbortSignal): Promise<PodFacts> {
  return postPod(body, { path: { namespace }, query: { dryRun: "All" } }, signal);
}

async function postPod(
  body: Manifest | string,
  params: KubernetesPaths["/api/v1/namespaces/{namespace}/pods"]["post"]["parameters"],
  signal?: AbortSignal,
): Promise<PodFacts> {
  const path = "/api/v1/namespaces/{namespace}/pods";
  if (typeof body !== "string") return readPod(record(await unwrap(kubernetes.POST(path, { params, body, signal }))));
  const asYaml = { headers: { "Content-Type": "application/yaml" }, bodySerializer: () => body };
  return readPod(record(await unwrap(kubernetes.POST(path, { params, body: {}, signal, ...asYaml }))));
}

/** Deletes this very pod: one that was made anew under the same name is another. The page may go away meanwhile. */
export async function deletePod({ namespace, name, uid }: Pick<PodFacts, "namespace" | "name" | "uid">): Promise<void> {
  const params = { path: { namespace, name } };
  const body = uid ? { preconditions: { uid } } : {};
  await unwrap(kubernetes.DELETE("/api/v1/namespaces/{namespace}/pods/{name}", { params, body, keepalive: true }));
}

const LOG = "/api/v1/namespaces/{namespace}/pods/{name}/log";

export type LogQuery = NonNullable<KubernetesPaths[typeof LOG]["get"]["parameters"]["query"]>;

/** A member's log as it comes; with `follow` it goes on until the member ends or `signal` says so. */
export async function openLog(
  namespace: string,
  name: string,
  query: LogQuery,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const params = { path: { namespace, name }, query };
  const body = await unwrap(kubernetes.GET(LOG, { params, parseAs: "stream", signal }));
  return body ?? new Blob([]).stream();
}

/** Where the browser finds all of a member's log, to keep as a file. */
export function logAddress(namespace: string, name: string, container: string, previous: boolean): string {
  const path = LOG.replace("{namespace}", encodeURIComponent(namespace)).replace("{name}", encodeURIComponent(name));
  const query = new URLSearchParams({ container, timestamps: "true", ...(previous && { previous: "true" }) });
  return `${path}?${query}`;
}

/** The docker commands that make the pod by hand, and take it away again. */
export async function listCommands(namespace: string, name: string): Promise<readonly Command[]> {
  const path = { namespace, name };
  const call = playground.GET("/api/playground/v1/namespaces/{namespace}/pods/{name}/commands", { params: { path } });
  return (await unwrap(call))?.items ?? [];
}

export type LivingShell = Readonly<components["schemas"]["Terminal"]>;

const SHELLS = "/api/playground/v1/namespaces/{namespace}/pods/{name}/terminals";

/** The shells that live in the pod and are one's own, whoever shows them. */
export async function listShells(namespace: string, name: string): Promise<readonly LivingShell[]> {
  const path = { namespace, name };
  return (await unwrap(playground.GET(SHELLS, { params: { path } })))?.items ?? [];
}

export async function nameShell(namespace: string, name: string, terminal: string, called: string): Promise<void> {
  const params = { path: { namespace, name, terminal } };
  await unwrap(playground.PUT(`${SHELLS}/{terminal}`, { params, body: { name: called } }));
}

export async function endShell(namespace: string, name: string, terminal: string): Promise<void> {
  const params = { path: { namespace, name, terminal } };
  await unwrap(playground.DELETE(`${SHELLS}/{terminal}`, { params }));
}

/** A member more, which sees the processes of `target`. It stays until the pod goes. */
export async function addDebugMember(
  { namespace, name }: Pick<PodFacts, "namespace" | "name">,
  debug: { readonly name: string; readonly image: string; readonly target: string },
): Promise<void> {
  const path = "/api/v1/namespaces/{namespace}/pods/{name}/ephemeralcontainers";
  const member = { name: debug.name, image: debug.image, targetContainerName: debug.target };
  const patch = JSON.stringify({ spec: { ephemeralContainers: [member] } });
  const asPatch = {
    headers: { "Content-Type": "application/strategic-merge-patch+json" },
    bodySerializer: () => patch,
  };
  await unwrap(kubernetes.PATCH(path, { params: { path: { namespace, name } }, body: {}, ...asPatch }));
}

/** Limits, use, rights, mounts and environment of each container, read now. */
export async function inspectPod(namespace: string, name: string): Promise<Inspection | null> {
  const path = { namespace, name };
  const call = playground.GET("/api/playground/v1/namespaces/{namespace}/pods/{name}/inspect", { params: { path } });
  return (await unwrap(call)) ?? null;
}

/** Neighbours and firewall rules of a pod's network namespace, at most five seconds old. */
export async function readWiring(namespace: string, name: string): Promise<Wiring | null> {
  const path = { namespace, name };
  const call = playground.GET("/api/playground/v1/namespaces/{namespace}/pods/{name}/wiring", { params: { path } });
  return (await unwrap(call)) ?? null;
}

export type QuotaUse = Readonly<components["schemas"]["QuotaUse"]>;

/** How much one's pods have of what they may have. */
export async function readQuota(): Promise<readonly QuotaUse[]> {
  return (await unwrap(playground.GET("/api/playground/v1/quota")))?.items ?? [];
}

/** The nodes by name, for staff. */
export async function listNodes(): Promise<readonly ListedNode[]> {
  return (await unwrap(playground.GET("/api/playground/v1/nodes")))?.items ?? [];
}

/** A node as it is now, for staff. */
export async function readNode(name: string): Promise<NodeView | null> {
  return (await unwrap(playground.GET("/api/playground/v1/nodes/{name}", { params: { path: { name } } }))) ?? null;
}
