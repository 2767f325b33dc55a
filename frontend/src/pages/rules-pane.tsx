// Neighbours, DNS and firewall, asked for while they are in sight, and not at all otherwise.
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { readWiring } from "../api/client";
import { told } from "../api/refusal";
import type { HostnameView } from "../api/wire";
import type { PodFacts } from "../state/pod";
import { useOnScreen } from "../ui/on-screen";
import { Empty, Pane } from "../ui/pane";
import { Rules } from "../views/rules";

const EVERY_MS = 5000;
const NONE: readonly HostnameView[] = [];

interface Props {
  readonly pod: PodFacts;
  readonly hostnames: readonly HostnameView[] | undefined;
  readonly isGone: boolean;
}

export function RulesPane({ pod, hostnames, isGone }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const isSeen = useOnScreen(place) && !isGone;
  const { data: wiring, error } = useQuery({
    queryKey: ["wiring", pod.uid],
    queryFn: () => readWiring(pod.namespace, pod.name),
    enabled: isSeen,
    refetchInterval: EVERY_MS,
    gcTime: 0,
  });
  return (
    <div ref={place} className="pane-wide">
      {wiring ? (
        <Rules wiring={wiring} hostnames={hostnames ?? NONE} />
      ) : (
        <Pane id="rules" title="Neighbours, DNS and firewall" wide>
          <Empty>{emptyWords(isGone, error)}</Empty>
        </Pane>
      )}
    </div>
  );
}

function emptyWords(isGone: boolean, error: unknown): string {
  if (isGone) return "Nothing was read before it was gone.";
  return error ? told(error) : "Waiting for the first reading…";
}
