// Who is signed in, for every page.
import { useQuery } from "@tanstack/react-query";
import { getSession, type Session } from "../api/client";

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
