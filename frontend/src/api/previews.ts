// Previews of a pod's ports, and the links that share them.
import type { PodName } from "./acts";
import { playground, unwrap } from "./client";
import type { components } from "./generated/playground";

export type Share = Readonly<components["schemas"]["PreviewShare"]>;

const PREVIEW = "/api/playground/v1/namespaces/{namespace}/pods/{name}/preview";

/** An address that opens the preview once, within a minute. */
export async function openPreview({ namespace, name }: PodName, port: number): Promise<string> {
  const params = { path: { namespace, name } };
  return (await unwrap(playground.POST(PREVIEW, { params, body: { port } })))?.url ?? "";
}

export async function listShares({ namespace, name }: PodName): Promise<readonly Share[]> {
  return (await unwrap(playground.GET(`${PREVIEW}/shares`, { params: { path: { namespace, name } } })))?.items ?? [];
}

/** Its `url` is told now and never again. */
export async function sharePreview({ namespace, name }: PodName, port: number, hours: number): Promise<Share | null> {
  const params = { path: { namespace, name } };
  return (await unwrap(playground.POST(`${PREVIEW}/shares`, { params, body: { port, hours } }))) ?? null;
}

export async function revokeShare({ namespace, name }: PodName, share: number): Promise<void> {
  await unwrap(playground.DELETE(`${PREVIEW}/shares/{share}`, { params: { path: { namespace, name, share } } }));
}
