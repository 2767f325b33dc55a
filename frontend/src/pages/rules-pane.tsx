// Neighbours, DNS and firewall, asked for while they are open and in sight, and not at all otherwise.
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { readWiring } from "../api/client";
import { told } from "../api/refusal";
import type { HostnameView } from "../api/wire";
import type { PodFacts } from "../state/pod";
import { wiringSentences } from "../state/wiring";
import { useOnScreen } from "../ui/on-screen";
import { Empty, FoldingPane, Said } from "../ui/pane";
import { Rules } from "../views/rules";

const EVERY_MS = 5000;
const NONE: readonly HostnameView[] = [];

interface Props {
  readonly pod: PodFacts;
  readonly hostnames: readonly HostnameView[] | undefined;
  readonly isGone: boolean;
}

export function RulesPane({ pod, hostnames = NONE, isGone }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const isSeen = useOnScreen(place) && isOpen && !isGone;
  const { data: wiring, error } = useQuery({
    queryKey: ["wiring", pod.uid],
    queryFn: () => readWiring(pod.namespace, pod.name),
    enabled: isSeen,
    refetchInterval: EVERY_MS,
    gcTime: 0,
  });
  return (
    <div ref={place} className="pane-wide">
      <FoldingPane
        id="rules"
        title="Neighbours, DNS and firewall"
        wide
        aside="who is on the pod's link, who answers its names, and the rules its packets meet"
        what="rules"
        isOpen={isOpen}
        onOpen={setOpen}
        note={wiring && <Said sentences={wiringSentences(wiring, hostnames)} />}
      >
        {() => (wiring ? <Rules wiring={wiring} hostnames={hostnames} /> : <Empty>{emptyWords(isGone, error)}</Empty>)}
      </FoldingPane>
    </div>
  );
}

function emptyWords(isGone: boolean, error: unknown): string {
  if (isGone) return "Nothing was read before it was gone.";
  return error ? told(error) : "Waiting for the first reading…";
}
