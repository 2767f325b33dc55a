// What stands between a pod and the rest of the network: its neighbours, its resolvers, the rules its packets meet.
import type { components } from "../api/generated/playground";
import type { HostnameView } from "../api/wire";
import { called } from "./namespaces";
import { counted, listed, visible } from "./text";

type Schemas = components["schemas"];
export type Wiring = Schemas["Wiring"];
export type Neighbour = Schemas["Neighbour"];
export type Table = Schemas["Table"];

/** What a resolv.conf says (resolv.conf(5)), and whose it is. */
export interface Resolver {
  readonly members: readonly string[];
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
  /** Why it could not be read; "" if it was. */
  readonly problem: string;
}

const COMMENT = /^\s*[#;]/;

/** Of `search` and `domain` the last line counts, `nameserver` and `options` add up; keywords begin a line. */
export function parseResolv(text: string): Pick<Resolver, "nameservers" | "search" | "options"> {
  const lines = text
    .split("\n")
    .filter((line) => !COMMENT.test(line))
    .map((line) => line.trim().split(/\s+/));
  const of = (...keywords: readonly string[]) => lines.filter(([first = ""]) => keywords.includes(first));
  return {
    nameservers: of("nameserver").flatMap(([, address]) => (address ? [address] : [])),
    search: of("search", "domain").at(-1)?.slice(1) ?? [],
    options: of("options").flatMap(([, ...words]) => words),
  };
}

/** Members whose resolv.conf says the same are one row, in the pod's order. */
export function resolvers(views: readonly HostnameView[]): readonly Resolver[] {
  const found = new Map<string, Resolver>();
  for (const { member, resolv, resolvProblem } of views) {
    const read = parseResolv(resolv);
    const key = JSON.stringify([read, resolvProblem]);
    const members = [...(found.get(key)?.members ?? []), member];
    found.set(key, { ...read, members, problem: resolvProblem });
  }
  return [...found.values()];
}

export interface RuleRow {
  readonly key: string;
  readonly chain: string;
  readonly words: string;
  readonly text: string;
}

/** A table's rules in the order in which packets meet them, each with its chain. */
export function ruleRows({ place, name, chains }: Table): readonly RuleRow[] {
  return chains.flatMap((chain) =>
    chain.rules.map((rule, at) => ({
      key: `${place} ${name} ${chain.name} ${at}`,
      chain: chain.hook && chain.hook !== chain.name.toLowerCase() ? `${chain.name} (${chain.hook})` : chain.name,
      words: rule.words,
      text: rule.text,
    })),
  );
}

export function placeOf({ place, name }: Table): string {
  return place === "node" ? `On the node: ${name}` : `In the pod's own namespace: ${name}`;
}

function rulesAt(wiring: Wiring, place: Table["place"]): number {
  return wiring.tables.filter((table) => table.place === place).flatMap(ruleRows).length;
}

/** What is true of this pod's way out. */
export function wiringSentences(wiring: Wiring, views: readonly HostnameView[]): readonly string[] {
  const node = counted(rulesAt(wiring, "node"), "rule");
  const own = counted(rulesAt(wiring, "pod"), "rule");
  const said = [`The pod's packets meet ${node} of the node and ${own} in its own namespace.`];
  const silent = views.filter(
    ({ resolvProblem, resolv }) => !resolvProblem && parseResolv(resolv).nameservers.length === 0,
  );
  if (silent.length > 0)
    said.push(`${listed(silent.map(({ member }) => called(member)))} can look up no names but those of /etc/hosts.`);
  return [...said, ...wiring.problems.map((problem) => `Not read: ${visible(problem)}.`)];
}
