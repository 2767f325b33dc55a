// Who is signed in, for every page.
import { useQuery } from "@tanstack/react-query";
import type { Path } from "react-router";
import { getSession, type Session, type SessionUser } from "../api/client";

/** While the service does not answer, it is asked again this often: nobody has to reload the page. */
const AGAIN_MS = 3000;

export const SESSION_KEY = ["session"] as const;

export function useSession() {
  return useQuery<Session>({
    queryKey: SESSION_KEY,
    queryFn: getSession,
    staleTime: 60_000,
    refetchInterval: (query) => (query.state.status === "error" ? AGAIN_MS : false),
  });
}

/** What the sign-in page is told: where to go afterwards, and why who was somebody is nobody now. */
export function endedState(before: SessionUser | null, { pathname, search, hash }: Path) {
  // What a guest had is gone, and nobody else's to come back to.
  if (before?.guestUntil) return { ended: "visit" };
  return { next: pathname + search + hash, ended: before ? "session" : "" };
}
