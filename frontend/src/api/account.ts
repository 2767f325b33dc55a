// One's own sessions and tokens, and coming as a guest.
import { getSession, playground, unwrap } from "./client";
import type { components } from "./generated/playground";

type Schemas = components["schemas"];
export type SessionRow = Readonly<Schemas["SessionRow"]>;
export type Token = Readonly<Schemas["Token"]>;
export type GrantedToken = Readonly<Schemas["GrantedToken"]>;
export type ScopeName = Token["scopes"][number];

export type SecondFactor = Readonly<Schemas["SecondFactor"]>;
export type ProposedSecret = Readonly<Schemas["ProposedSecret"]>;

const FACTOR = "/api/playground/v1/second-factor";
const SESSIONS = "/api/playground/v1/sessions";
const TOKENS = "/api/playground/v1/tokens";

export async function becomeGuest(code: string): Promise<void> {
  // For its CSRF token: the page may hold none yet.
  await getSession();
  await unwrap(playground.POST("/api/playground/v1/guests", { body: { code } }));
}

export async function listSessions(): Promise<readonly SessionRow[]> {
  return (await unwrap(playground.GET(SESSIONS)))?.items ?? [];
}

export async function endSession(session: string): Promise<void> {
  await unwrap(playground.DELETE(`${SESSIONS}/{session}`, { params: { path: { session } } }));
}

export async function endOtherSessions(): Promise<void> {
  await unwrap(playground.DELETE(SESSIONS));
}

export async function listTokens(): Promise<readonly Token[]> {
  return (await unwrap(playground.GET(TOKENS)))?.items ?? [];
}

export async function createToken(asked: {
  readonly name: string;
  readonly scopes: readonly ScopeName[];
  readonly expiresInDays: number;
}): Promise<GrantedToken | null> {
  return (await unwrap(playground.POST(TOKENS, { body: { ...asked, scopes: [...asked.scopes] } }))) ?? null;
}

export async function revokeToken(token: number): Promise<void> {
  await unwrap(playground.DELETE(`${TOKENS}/{token}`, { params: { path: { token } } }));
}

export async function readSecondFactor(): Promise<SecondFactor | null> {
  return (await unwrap(playground.GET(FACTOR))) ?? null;
}

/** A secret for an authenticator app; nothing is kept of it until a code comes back. */
export async function proposeSecret(): Promise<ProposedSecret | null> {
  return (await unwrap(playground.POST(FACTOR))) ?? null;
}

/** The recovery codes. */
export async function turnOnSecondFactor(secret: string, code: string): Promise<readonly string[]> {
  return (await unwrap(playground.PUT(FACTOR, { body: { secret, code } })))?.items ?? [];
}

export async function turnOffSecondFactor(code: string): Promise<void> {
  await unwrap(playground.DELETE(FACTOR, { body: { code } }));
}

export async function newRecoveryCodes(code: string): Promise<readonly string[]> {
  return (await unwrap(playground.POST(`${FACTOR}/recovery-codes`, { body: { code } })))?.items ?? [];
}

/** Whether one has a password: who signs in by a link, or elsewhere, has none. */
export async function hasPassword(): Promise<boolean> {
  return (await unwrap(playground.GET("/api/playground/v1/password")))?.isSet ?? false;
}

export async function changePassword(old: string, fresh: string): Promise<void> {
  await unwrap(playground.PUT("/api/playground/v1/password", { body: { old, new: fresh } }));
  // The session is another one now, and so is its CSRF token.
  await getSession();
}
