// The only place that calls fetch. Answers are Kubernetes' objects; refusals are thrown as Refusal.
import createClient, { type Middleware } from "openapi-fetch";
import type { Manifest } from "../state/form";
import { type PodFacts, readPod } from "../state/pod";
import { isRecord, list, object, text } from "../state/read";
import type { paths as KubernetesPaths } from "./generated/kubernetes";
import type { components, paths as PlaygroundPaths } from "./generated/playground";
import { readRefusal } from "./refusal";

export interface Session {
  readonly user: { readonly name: string; readonly isStaff: boolean } | null;
  readonly namespace: string | null;
  readonly csrfToken: string;
}

export type CatalogueImage = Readonly<components["schemas"]["CatalogueImage"]>;

export type Command = Readonly<components["schemas"]["Command"]>;

export type Credentials = { readonly username: string; readonly password: string } | { readonly link: string };

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
const kubernetes = createClient<KubernetesPaths>(options);
/** Of the playground's own paths; for `api/recording.ts`, which comes when it is needed. */
export const playground = createClient<PlaygroundPaths>(options);
kubernetes.use(withToken);
playground.use(withToken);

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

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
  const user = isRecord(answer.user)
    ? { name: text(answer.user, "name"), isStaff: answer.user.isStaff === true }
    : null;
  return { user, namespace: text(answer, "namespace") || null, csrfToken };
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

/** With `dry` everything is checked and nothing is kept. A text is YAML, sent as it is. */
export async function createPod(
  namespace: string,
  body: Manifest | string,
  dry = false,
  signal?: AbortSignal,
): Promise<PodFacts> {
  const params = { path: { namespace }, query: dry ? { dryRun: "All" } : {} };
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

export async function getLog(namespace: string, name: string, container: string, tailLines: number): Promise<string> {
  const params = { path: { namespace, name }, query: { container, tailLines } };
  const call = kubernetes.GET("/api/v1/namespaces/{namespace}/pods/{name}/log", { params, parseAs: "text" });
  return String((await unwrap(call)) ?? "");
}

/** The docker commands that make the pod by hand, and take it away again. */
export async function listCommands(namespace: string, name: string): Promise<readonly Command[]> {
  const path = { namespace, name };
  const call = playground.GET("/api/playground/v1/namespaces/{namespace}/pods/{name}/commands", { params: { path } });
  return (await unwrap(call))?.items ?? [];
}
