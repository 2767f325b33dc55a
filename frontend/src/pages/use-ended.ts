// A link to a moment outlives its pod: the page of one that is gone is made from its row, which is kept for a day.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { readRecordedPod } from "../api/recording";
import type { LiveState } from "../state/live";
import { linked } from "./use-past";

interface Ended {
  readonly state: LiveState;
  /** Whether the pod may still be found among those that are gone. */
  readonly isSought: boolean;
}

/** `live`, or, where there is no such pod any more and the address names a moment, what is kept of it. */
export function useEnded(live: LiveState, namespace: string, name: string): Ended {
  const [isLinked] = useState(() => linked().moment !== null);
  const isMissing = isLinked && live.connection.state === "not-found";
  const { data, isPending } = useQuery({
    queryKey: ["recorded pod", namespace, name],
    queryFn: () => readRecordedPod(namespace, name),
    enabled: isMissing,
  });
  if (!isMissing || !data) return { state: live, isSought: isMissing && isPending };
  return { state: { ...live, connection: { state: "open", since: 0 }, snapshot: data, gone: true }, isSought: false };
}
