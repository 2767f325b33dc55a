import { expect, test } from "vitest";
import type { Team, TeamMember } from "../api/teams";
import { deletion, membersInShort, type Place, places, question } from "./teams";

const ALICE: TeamMember = { name: "alice", role: "admin", fromGroups: false };
const BOB: TeamMember = { name: "bob", role: "member", fromGroups: false };

function team(members: readonly TeamMember[], more: Partial<Team> = {}): Team {
  const namespaces = [{ name: "crew", owner: "alice" }];
  return { name: "crew", role: "admin", mayManage: true, members: [...members], namespaces, groups: [], ...more };
}

function place(of: Team, me: string, name: string): Place {
  const found = places(of, me).find((each) => each.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

test("the only admin cannot go, and is told what to do first", () => {
  const crew = team([ALICE, BOB]);
  expect(place(crew, "alice", "alice").acts).toEqual([]);
  expect(place(crew, "alice", "alice").why).toContain("You are the only admin: make somebody else one");
  expect(place(crew, "root", "alice").why).toContain("The only admin: make somebody else one first");
});

test("one of two admins may be made a member, or go", () => {
  const crew = team([ALICE, { ...BOB, role: "admin" }]);
  expect(place(crew, "alice", "alice").acts).toEqual(["make-member", "leave"]);
  expect(place(crew, "alice", "bob").acts).toEqual(["make-member", "remove"]);
});

test("who is there by a group is not changed by hand, not even by themselves", () => {
  const crew = team([ALICE, { ...BOB, fromGroups: true }]);
  for (const me of ["alice", "bob"]) {
    expect(place(crew, me, "bob").acts).toEqual([]);
    expect(place(crew, me, "bob").why).toContain("By a group of the identity provider");
  }
});

test("a member changes nobody, and may leave", () => {
  const crew = team([ALICE, BOB, { ...BOB, name: "carol", fromGroups: true }], { role: "member", mayManage: false });
  expect(places(crew, "bob").map(({ acts }) => acts)).toEqual([[], ["leave"], []]);
  // Why others cannot be changed is no answer to anything they could want.
  expect(places(crew, "bob").map(({ why }) => why)).toEqual(["", "", ""]);
});

test("what one press takes back is not asked about, what loses something is", () => {
  const crew = team([ALICE, { ...BOB, role: "admin" }]);
  const [alice, bob] = [place(crew, "alice", "alice"), place(crew, "alice", "bob")];
  expect(question(crew, bob, "make-admin")).toBeNull();
  expect(question(crew, bob, "make-member")).toBeNull();
  expect(question(crew, alice, "make-member")?.title).toBe("Be an admin no longer?");
  expect(question(crew, bob, "remove")?.lines[0]).toContain("bob loses the way into the namespace crew");
  expect(question(crew, alice, "leave")?.lines[1]).toContain("Only an admin of the team can take you in again");
});

test("a deletion says what goes and what stays", () => {
  const crew = team([ALICE, BOB], { groups: ["sailors"] });
  expect(deletion(crew, 2).lines).toEqual([
    "Its 2 members lose the way in by this team: pages and shells of its pods close at once.",
    "The namespace crew stays, with its owner alice alone.",
    "2 pods run on there.",
    "The rule by which the group sailors leads here goes too.",
    "This cannot be undone.",
  ]);
  expect(deletion(team([ALICE]), null).lines).toEqual([
    "Its one member loses the way in by this team: pages and shells of its pods close at once.",
    "The namespace crew stays, with its owner alice alone.",
    "This cannot be undone.",
  ]);
});

test("of many members the first few are named", () => {
  const many = ["a", "b", "c", "d", "e", "f"].map((name) => ({ ...BOB, name }));
  expect(membersInShort(team(many))).toBe("a, b, c and 3 more");
  expect(membersInShort(team(many.slice(0, 4)))).toBe("a, b, c and d");
  expect(membersInShort(team([]))).toBe("nobody");
});

test("a name cannot turn a sentence around", () => {
  const crew = team([ALICE, { ...BOB, name: "\u202ebob" }]);
  expect(question(crew, place(crew, "alice", "\u202ebob"), "remove")?.title).toBe("Remove \\u202ebob from crew?");
});
