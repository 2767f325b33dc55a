import { describe, expect, test } from "vitest";
import { SAMPLE } from "../testing/frames";
import { parseResolv, placeOf, resolvers, ruleRows, type Wiring, wiringSentences } from "./wiring";

const WIRING: Wiring = {
  at: "2026-01-02T14:32:00Z",
  neighbours: [],
  tables: [
    {
      place: "node",
      name: "inet playground_x",
      chains: [
        { name: "input", hook: "input", policy: "accept", rules: [{ words: "All: let through.", text: "accept" }] },
        { name: "refused", hook: "", policy: "", rules: [{ words: "", text: "reject" }] },
      ],
    },
    {
      place: "pod",
      name: "ip nat",
      chains: [{ name: "OUTPUT", hook: "output", policy: "accept", rules: [{ words: "", text: "drop" }] }],
    },
    { place: "pod", name: "ip x", chains: [{ name: "c", hook: "input", policy: "accept", rules: [] }] },
  ],
  problems: [],
};

describe("resolv.conf", () => {
  test("adds up nameservers and options, and takes the last search; comments say nothing", () => {
    const text =
      "# nameserver 1.1.1.1\n; x\nnameserver 10.0.0.10\n nameserver\t::1\ndomain a\nsearch b.c d\noptions ndots:5\noptions edns0\nnameserver\n";
    expect(parseResolv(text)).toEqual({
      nameservers: ["10.0.0.10", "::1"],
      search: ["b.c", "d"],
      options: ["ndots:5", "edns0"],
    });
  });

  test("that says the same for several members is one row, and one that could not be read says why", () => {
    expect(resolvers(SAMPLE.hostnames).map(({ members, problem }) => [members, problem])).toEqual([
      [[""], ""],
      [["web"], ""],
      [["toolbox"], "not a regular file"],
    ]);
    const same = SAMPLE.hostnames.map((view) => ({ ...view, resolv: "nameserver 1.1.1.1\n", resolvProblem: "" }));
    expect(resolvers(same).map(({ members }) => members)).toEqual([["", "web", "toolbox"]]);
  });
});

describe("firewall", () => {
  test("rules stand in their table with the chain they are of, and the hook where its name does not say it", () => {
    const [node, own, other] = WIRING.tables;
    if (!node || !own || !other) throw new Error("three tables");
    expect(ruleRows(node).map(({ chain, text }) => [chain, text])).toEqual([
      ["input", "accept"],
      ["refused", "reject"],
    ]);
    expect(
      ruleRows({
        ...other,
        chains: [{ name: "c", hook: "input", policy: "", rules: [{ words: "", text: "drop" }] }],
      })[0]?.chain,
    ).toBe("c (input)");
    expect([placeOf(node), placeOf(own)]).toEqual([
      "On the node: inet playground_x",
      "In the pod's own namespace: ip nat",
    ]);
  });

  test("is counted, and who has no nameserver is named", () => {
    expect(wiringSentences(WIRING, SAMPLE.hostnames)).toEqual([
      "The pod's packets meet 2 rules of the node and 1 rule in its own namespace.",
      "pause can look up no names but those of /etc/hosts.",
    ]);
  });
});
