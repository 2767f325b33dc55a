// What a person's pods have of what they may have: what to show of it, and in which words.
import type { QuotaUse } from "../api/client";
import { counted } from "./text";

/** One limited amount, as a bar: `text` says it in words. */
export interface Bar {
  readonly key: string;
  readonly used: number;
  readonly limit: number;
  readonly isFull: boolean;
  /** Of one's own pods alone. */
  readonly isOwn: boolean;
  readonly text: string;
}

/** From this share on an amount is worth a bar; pods always are. */
const WORTH = 0.8;

/** The bars worth showing, pods first. What has no limit has none. */
export function bars(uses: readonly QuotaUse[]): readonly Bar[] {
  return uses.flatMap(({ pool, resource, used, limit }) => {
    if (limit === null || (resource !== "pods" && used < limit * WORTH)) return [];
    const isOwn = pool === "user";
    const whose = isOwn ? "" : ` of all ${pool}`;
    const text = `${amount(resource, used)} of ${words(resource, limit)}${whose}`;
    return [{ key: `${pool} ${resource}`, used, limit, isFull: used >= limit, isOwn, text }];
  });
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
