// Who is what in a team, what can be done about it, why not, and what goes with it: in words.
import type { Team, TeamMember } from "../api/teams";
import { counted, listed, visible } from "./text";

export type Act = "make-admin" | "make-member" | "remove" | "leave";

/** A member as the page shows it. */
export interface Place {
  readonly name: string;
  readonly isYou: boolean;
  readonly isAdmin: boolean;
  readonly fromGroups: boolean;
  readonly acts: readonly Act[];
  /** Why there is no act where one would be looked for; "" where nothing is to be said. */
  readonly why: string;
}

export function places(team: Team, me: string): readonly Place[] {
  const admins = team.members.filter(({ role }) => role === "admin").length;
  return team.members.map((member) => {
    const isYou = member.name === me;
    const isLast = member.role === "admin" && admins === 1;
    const { name, fromGroups } = member;
    const isAdmin = member.role === "admin";
    const why = team.mayManage || isYou ? whyNot(member, isLast, isYou) : "";
    return { name, isYou, isAdmin, fromGroups, acts: why ? [] : actsOn(member, isYou, team.mayManage), why };
  });
}

function whyNot({ fromGroups }: TeamMember, isLast: boolean, isYou: boolean): string {
  if (fromGroups) return "By a group of the identity provider: it is changed there, and read at each sign-in.";
  if (isLast && isYou) return "You are the only admin: make somebody else one before you leave, or delete the team.";
  return isLast ? "The only admin: make somebody else one first, or delete the team." : "";
}

function actsOn({ role }: TeamMember, isYou: boolean, mayManage: boolean): readonly Act[] {
  const change: readonly Act[] = mayManage ? [role === "admin" ? "make-member" : "make-admin"] : [];
  return [...change, ...(isYou ? (["leave"] as const) : mayManage ? (["remove"] as const) : [])];
}

export const LABELS: Readonly<Record<Act, string>> = {
  "make-admin": "Make admin",
  "make-member": "Make member",
  remove: "Remove",
  leave: "Leave the team",
};

/** What is asked before an act, and what stands on the button that does it. */
export interface Question {
  readonly title: string;
  readonly yes: string;
  readonly lines: readonly string[];
}

/** Null for what can be taken back with one press. */
export function question(team: Team, place: Place, act: Act): Question | null {
  const name = visible(place.name);
  const closes = "pages and shells close at once, shells in other pods too.";
  if (act === "leave") {
    const lines = [
      `You lose the way into ${shared(team)}: ${closes}`,
      "Pods that you made there stay. Only an admin of the team can take you in again.",
    ];
    return { title: `Leave ${team.name}?`, yes: "Leave the team", lines };
  }
  if (act === "remove") {
    const lines = [`${name} loses the way into ${shared(team)}: ${closes}`, `Pods that ${name} made there stay.`];
    return { title: `Remove ${name} from ${team.name}?`, yes: `Remove ${name}`, lines };
  }
  if (act === "make-member" && place.isYou) {
    const lines = [`You no longer say who is in ${team.name}. Another admin can make you one again.`];
    return { title: "Be an admin no longer?", yes: "Make me a member", lines };
  }
  return null;
}

export function done(team: Team, place: Place, act: Act): string {
  const who = place.isYou ? "You are" : `${visible(place.name)} is`;
  switch (act) {
    case "make-admin":
      return `${who} an admin of ${team.name} now`;
    case "make-member":
      return `${who} a member of ${team.name} now`;
    case "remove":
    case "leave":
      return `${who} no longer in ${team.name}`;
  }
}

function shared({ namespaces }: Team): string {
  const names = namespaces.map(({ name }) => name);
  if (names.length === 0) return "its namespaces";
  return `the ${names.length === 1 ? "namespace" : "namespaces"} ${listed(names)}`;
}

/** What goes with a team. `pods` null: nobody has counted them yet. */
export function deletion(team: Team, pods: number | null): Question {
  const others = team.members.length;
  const rules = team.groups.map(visible);
  const lose = others === 1 ? "Its one member loses" : `Its ${counted(others, "member")} lose`;
  const lines = [
    others > 0 && `${lose} the way in by this team: pages and shells of its pods close at once.`,
    ...team.namespaces.map(({ name, owner }) => `The namespace ${name} stays, with its owner ${visible(owner)} alone.`),
    pods !== null && pods > 0 && `${counted(pods, "pod")} ${pods === 1 ? "runs" : "run"} on there.`,
    rules.length > 0 &&
      `${rules.length === 1 ? "The rule" : "The rules"} by which ${groups(rules)} here ${goes(rules)}.`,
    "This cannot be undone.",
  ];
  return {
    title: `Delete the team ${team.name}?`,
    yes: `Delete ${team.name}`,
    lines: lines.filter((line): line is string => typeof line === "string"),
  };
}

function groups(names: readonly string[]): string {
  return names.length === 1 ? `the group ${names[0]} leads` : `the groups ${listed(names)} lead`;
}

function goes(names: readonly string[]): string {
  return names.length === 1 ? "goes too" : "go too";
}

/** Of many members the first few by name. */
export function membersInShort({ members }: Team, few = 4): string {
  const names = members.map(({ name }) => visible(name));
  if (names.length === 0) return "nobody";
  return names.length <= few
    ? listed(names)
    : `${names.slice(0, few - 1).join(", ")} and ${names.length - few + 1} more`;
}
