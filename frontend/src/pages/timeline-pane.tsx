// The pod's timeline, which comes when somebody opens it or a link leads to a moment.
import { Suspense, useMemo } from "react";
import type { LiveState } from "../state/live";
import { readPod } from "../state/pod";
import { zone } from "../state/text";
import { late } from "../ui/late";
import { Mishap } from "../ui/mishap";
import { Empty, FoldingPane } from "../ui/pane";
import type { Past } from "./use-past";

const Timeline = late(async () => (await import("./timeline")).Timeline);

interface Props {
  readonly live: LiveState;
  readonly past: Past;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
}

export function TimelinePane({ live, past, isOpen, onOpen }: Props) {
  const { snapshot, gone } = live;
  // Of the present, whatever moment the rest of the page shows.
  const pod = useMemo(() => (snapshot ? readPod(snapshot.pod) : null), [snapshot]);
  const aside = isOpen ? zone() : "what happened, and the pod as it was at any moment somebody watched";
  return (
    <FoldingPane id="timeline" title="Timeline" what="timeline" aside={aside} isOpen={isOpen} onOpen={onOpen}>
      {() => (
        <Mishap place="timeline">
          <Suspense fallback={<Empty>Reading the recording…</Empty>}>
            {snapshot && pod && <Timeline past={past} pod={pod} events={snapshot.events} isGone={gone} />}
          </Suspense>
        </Mishap>
      )}
    </FoldingPane>
  );
}
