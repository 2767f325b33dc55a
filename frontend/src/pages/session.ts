// Who is signed in, for every page.
import { useQuery } from "@tanstack/react-query";
import { getSession, type Session } from "../api/client";

export const SESSION_KEY = ["session"] as const;

export function useSession() {
  return useQuery<Session>({ queryKey: SESSION_KEY, queryFn: getSession, staleTime: 60_000 });
}
