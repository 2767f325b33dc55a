// What a person's pods have of what they may have: what to show of it, and in which words.
import type { QuotaUse } from "../api/client";
import { counted } from "./text";

/** One limited amount, as a bar: `text` says it in words. */
export interface Bar {
  readonly key: string;
  readonly used: number;
  readonly limit: number;
  readonly isFull: boolean;
  /** Whose pods they are: one's own, those of a team of this name, or of all of that sort ("guests"). */
  readonly whose: "own" | "all" | { readonly team: string };
  readonly text: string;
  /** namespace/name of the pods that have a share, as far as they may be seen. */
  readonly by: readonly string[];
}

/** From this share on an amount is worth a bar; pods always are. */
const WORTH = 0.8;
const TEAM = "team ";

/** The bars worth showing, pods first. What has no limit has none. */
export function bars(uses: readonly QuotaUse[]): readonly Bar[] {
  return uses.flatMap(({ pool, resource, used, limit, by }) => {
    if (limit === null || (resource !== "pods" && used < limit * WORTH)) return [];
    const text = `${amount(resource, used)} of ${words(resource, limit)}${of(pool)}`;
    const names = by.map((each) => each.name).filter((name) => name !== "");
    return [{ key: `${pool} ${resource}`, used, limit, isFull: used >= limit, whose: whose(pool), text, by: names }];
  });
}

function whose(pool: string): Bar["whose"] {
  if (pool === "user") return "own";
  return pool.startsWith(TEAM) ? { team: pool.slice(TEAM.length) } : "all";
}

function of(pool: string): string {
  if (pool === "user") return "";
  return pool.startsWith(TEAM) ? ` of ${pool}` : ` of all ${pool}`;
}

function amount(resource: QuotaUse["resource"], value: number): string {
  switch (resource) {
    case "limits.cpu":
      return String(value / 1000);
    case "limits.memory":
      return String(Math.round(value / 2 ** 20));
    case "seconds":
      return String(Math.floor(value / 3600));
    default:
      return String(value);
  }
}

function words(resource: QuotaUse["resource"], limit: number): string {
  const value = amount(resource, limit);
  switch (resource) {
    case "limits.cpu":
      return `${value} CPUs`;
    case "limits.memory":
      return `${value} MiB of memory`;
    case "seconds":
      return `${value} h of life`;
    case "members":
      return counted(limit, "member");
    case "pods":
      return counted(limit, "pod");
  }
}
