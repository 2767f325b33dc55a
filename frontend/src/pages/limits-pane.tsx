// Limits and rights, asked for once a second while they are in sight, and not at all otherwise.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { inspectPod } from "../api/client";
import { told } from "../api/refusal";
import { NO_HISTORY, withReading } from "../state/limits";
import type { PodFacts } from "../state/pod";
import { useOnScreen } from "../ui/on-screen";
import { Empty, Pane } from "../ui/pane";
import { Limits } from "../views/limits";

const EVERY_MS = 1000;

export function LimitsPane({ pod, isGone }: { readonly pod: PodFacts; readonly isGone: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const isSeen = useOnScreen(place) && !isGone;
  const [history, setHistory] = useState(NO_HISTORY);
  const { data: reading, error } = useQuery({
    queryKey: ["inspect", pod.uid],
    queryFn: () => inspectPod(pod.namespace, pod.name),
    enabled: isSeen,
    refetchInterval: EVERY_MS,
    gcTime: 0,
  });
  useEffect(() => {
    if (reading) setHistory((known) => withReading(known, reading));
  }, [reading]);
  return (
    <div ref={place} className="pane-wide">
      {reading && reading.members.length > 0 ? (
        <Limits reading={reading} history={history} />
      ) : (
        <Pane id="limits" title="Limits and rights" wide>
          <Empty>{error ? told(error) : emptyWords(isGone, reading !== undefined)}</Empty>
        </Pane>
      )}
    </div>
  );
}

function emptyWords(isGone: boolean, wasRead: boolean): string {
  if (isGone) return "Nothing was read before it was gone.";
  return wasRead ? "No container of this pod runs." : "Waiting for the first reading…";
}
