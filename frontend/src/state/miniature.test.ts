import { expect, test } from "vitest";
import type { NamespaceCell, NamespacesView } from "../api/wire";
import { SAMPLE } from "../testing/frames";
import { miniature, runs, sharing, spokenMiniature } from "./miniature";

const MEMBERS = ["", "web", "toolbox"];
const view = SAMPLE.namespaces;

function viewOf(...rows: readonly (readonly [member: string, cell: Partial<NamespaceCell>])[]): NamespacesView {
  const base: NamespaceCell = { kind: "net", inode: 1, relation: "own", owner: "", sharedWith: [] };
  return {
    rows: rows.map(([member, cell], at) => ({ member, hostPid: at, cells: [{ ...base, ...cell }] })),
    host: {},
    hostFrom: "dockerd",
  };
}

test("what all share is joined under who made it, what is one's own or the host's stands apart", () => {
  const columns = miniature(view, MEMBERS);
  expect(columns[0]).toEqual({
    kind: "net",
    joined: [{ inode: 4026532184, owner: "", rows: [0, 1, 2] }],
    own: [],
    host: [],
    unknown: [],
  });
  expect(columns.find((each) => each.kind === "uts")).toMatchObject({ joined: [], own: [0, 1, 2] });
  expect(columns.find((each) => each.kind === "user")?.host).toEqual([0, 1, 2]);
  expect(sharing(columns, MEMBERS)).toBe("All 3 share net and ipc.");
  expect(spokenMiniature(columns, MEMBERS)).toContain("net of pause is shared by pause, web and toolbox;");
});

test("a member that does not run leaves its row empty, and the others are not called all of the pod", () => {
  const columns = miniature(view, ["", "web", "late", "toolbox"]);
  expect(columns[0]?.joined[0]?.rows).toEqual([0, 1, 3]);
  expect(sharing(columns, ["", "web", "late", "toolbox"])).toBe("The 3 that run share net and ipc.");
});

test("some that share are not all, and an unread cell is not a private one", () => {
  const some = viewOf(
    ["", { inode: 1, relation: "owns" }],
    ["a", { inode: 1, relation: "shares", owner: "" }],
    ["b", { inode: 2 }],
    ["c", { inode: null, relation: "unknown" }],
  );
  const columns = miniature(some, ["", "a", "b", "c"]);
  expect(columns[0]).toMatchObject({ own: [2], unknown: [3] });
  expect(sharing(columns, ["", "a", "b", "c"])).toBe("Some share net.");
});

test("pause alone, and nothing at all, are said", () => {
  expect(sharing(miniature(viewOf(["", {}]), ["", "a"]), ["", "a"])).toBe("Only pause runs.");
  expect(sharing(miniature(viewOf(), ["", "a"]), ["", "a"])).toBe("Nothing runs, so there are no namespaces.");
});

test("neighbours are one run", () => {
  expect(runs([0, 1, 3])).toEqual([
    [0, 1],
    [3, 3],
  ]);
});
