// What the teams' pages ask for. Comes with them.
import { playground, unwrap } from "./client";
import type { components } from "./generated/playground";

export type Team = Readonly<components["schemas"]["TeamRow"]>;
export type TeamMember = Readonly<components["schemas"]["TeamMember"]>;
export type TeamRole = TeamMember["role"];
export type TeamList = Readonly<components["schemas"]["TeamList"]>;

const TEAMS = "/api/playground/v1/teams";
const MEMBER = `${TEAMS}/{team}/members/{user}` as const;

/** One's own by name; all of them for operators and auditors. */
export async function listTeams(): Promise<TeamList> {
  return (await unwrap(playground.GET(TEAMS))) ?? { items: [], mayFound: false };
}

export async function readTeam(team: string): Promise<Team | null> {
  return (await unwrap(playground.GET(`${TEAMS}/{team}`, { params: { path: { team } } }))) ?? null;
}

export async function foundTeam(name: string): Promise<void> {
  await unwrap(playground.POST(TEAMS, { body: { name } }));
}

export async function deleteTeam(team: string): Promise<void> {
  await unwrap(playground.DELETE(`${TEAMS}/{team}`, { params: { path: { team } } }));
}

/** Takes a user in, or makes a member something else. */
export async function putMember(team: string, user: string, role: TeamRole): Promise<void> {
  await unwrap(playground.PUT(MEMBER, { params: { path: { team, user } }, body: { role } }));
}

/** Shows a member out; with one's own name one leaves. */
export async function removeMember(team: string, user: string): Promise<void> {
  await unwrap(playground.DELETE(MEMBER, { params: { path: { team, user } } }));
}
