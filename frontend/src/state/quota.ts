// What a person's pods have of what they may have: what to show of it, and in which words.
import type { QuotaUse } from "../api/client";

/** One limited amount, as a bar: `text` says it in words. */
export interface Bar {
  readonly key: string;
  readonly used: number;
  readonly limit: number;
  readonly isFull: boolean;
  /** Whose pods they are: one's own, those of a team of this name, or of all of that sort ("guests"). */
  readonly whose: "own" | "all" | { readonly team: string };
  readonly text: string;
  /** As `text`, without whose it is: for where that is said already. */
  readonly amount: string;
  /** namespace/name of the pods that have a share, as far as they may be seen. */
  readonly by: readonly string[];
}

/** From this share on an amount is worth a bar among other things; pods always are. */
const WORTH = 0.8;
const TEAM = "team ";

/** Of each pool the bars that are at least so full, and pods, which come first. What has no limit has none. */
export function bars(uses: readonly QuotaUse[], fullness = WORTH): readonly Bar[] {
  return uses.flatMap(({ pool, resource, used, limit, by }) => {
    if (limit === null || (resource !== "pods" && used < limit * fullness)) return [];
    const said = amount(resource, used, limit);
    const names = by.map((each) => each.name).filter((name) => name !== "");
    const bar = { key: `${pool} ${resource}`, used, limit, isFull: used >= limit, whose: whose(pool), by: names };
    return [{ ...bar, amount: said, text: `${said}${of(pool)}` }];
  });
}

/** Whether the bar is that team's. */
export function isOfTeam({ whose }: Bar, team: string | undefined): boolean {
  return typeof whose === "object" && whose.team === team;
}

function whose(pool: string): Bar["whose"] {
  if (pool === "user") return "own";
  return pool.startsWith(TEAM) ? { team: pool.slice(TEAM.length) } : "all";
}

function of(pool: string): string {
  if (pool === "user") return "";
  return pool.startsWith(TEAM) ? ` of ${pool}` : ` of all ${pool}`;
}

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const HOUR = 3600;

type Resource = QuotaUse["resource"];

/** "1.5 of 16 CPUs": at most one digit after the point, rounded up, so that what is full is never said to be less. */
export function amount(resource: Resource, used: number, limit: number): string {
  const [unit, words] = unitOf(resource, limit);
  return `${rounded(used / unit)} of ${rounded(limit / unit)} ${words}`;
}

/** "1.5 CPUs". */
export function quantity(resource: Resource, value: number): string {
  const [unit, words] = unitOf(resource, value);
  return `${rounded(value / unit)} ${words}`;
}

/** How large the unit is that suits the value, and its name. */
function unitOf(resource: Resource, value: number): readonly [number, string] {
  switch (resource) {
    case "limits.cpu":
      return [1000, value === 1000 ? "CPU" : "CPUs"];
    case "limits.memory":
      return value < GIB ? [MIB, "MiB of memory"] : [GIB, "GiB of memory"];
    case "seconds":
      return [HOUR, "h of life"];
    case "members":
      return [1, value === 1 ? "member" : "members"];
    case "pods":
      return [1, value === 1 ? "pod" : "pods"];
  }
}

function rounded(value: number): string {
  return String(Math.ceil(value * 10) / 10);
}
