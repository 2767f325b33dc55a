// What operators and auditors ask for: the audit trail, and a word to a pod's owner.
import type { PodFacts } from "../state/pod";
import { playground, unwrap } from "./client";
import type { components } from "./generated/playground";

export type Deed = Readonly<components["schemas"]["TrailRow"]>;

/** What is asked of the trail; "" is anything. */
export interface TrailChoice {
  readonly actor: string;
  readonly act: string;
  readonly path: string;
}

export const PAGE = 100;

/** Newest first; `before` is the id of the last one that is there already. */
export async function readTrail(choice: TrailChoice, before: number | null): Promise<readonly Deed[]> {
  const query = { ...choice, limit: PAGE, ...(before === null ? {} : { before }) };
  return (await unwrap(playground.GET("/api/playground/v1/trail", { params: { query } })))?.items ?? [];
}

export function exportPath(choice: TrailChoice): string {
  return `/api/playground/v1/trail/export?${new URLSearchParams({ ...choice })}`;
}

export async function warnOwner({ namespace, name }: PodFacts, message: string): Promise<void> {
  const params = { path: { namespace, name } };
  await unwrap(
    playground.POST("/api/playground/v1/namespaces/{namespace}/pods/{name}/warn", { params, body: { message } }),
  );
}
