// My pods as cards, each with a small living matrix of its namespaces.
import { useMemo, useRef } from "react";
import { Link } from "react-router";
import { countdown, isNear, leftOf } from "../state/lifetime";
import type { PodFacts } from "../state/pod";
import { age } from "../state/text";
import { whyNothingRuns } from "../state/troubles";
import { Members } from "../ui/hue";
import { Miniature } from "../views/miniature";
import { DeletePod } from "./delete-pod";
import { useDeletion } from "./deletions";
import { SEATS, type Seen, useGlance } from "./glance";
import { PhaseWithReason, Ports } from "./pod-facts";

export function PodCards({ pods }: { readonly pods: readonly PodFacts[] }) {
  return (
    <>
      <ul className="cards" aria-label="Pods">
        {pods.map((pod) => (
          <PodCard key={pod.uid || pod.name} pod={pod} />
        ))}
      </ul>
      <p className="hint">
        A bar joins those who sit in one namespace, in the colour of who made it. A square is one's own, a dashed ring
        the host's. The pictures are live while they are on the screen.
      </p>
    </>
  );
}

function later(pod: PodFacts, seen: Seen, isLeftOut: boolean): string {
  if (isLeftOut) return `Only ${SEATS} pods are read at a time. This one's own page shows it.`;
  if (pod.phase !== "Running" || pod.deletedAt) return whyNothingRuns(pod);
  return seen.state === "reconnecting"
    ? "The service does not answer. This comes back by itself."
    : "Waiting for the first reading…";
}

const OLD = new Set<Seen["state"]>(["reconnecting", "stale", "gone"]);

function PodCard({ pod }: { readonly pod: PodFacts }) {
  const card = useRef<HTMLLIElement>(null);
  const { seen, isLeftOut, watch } = useGlance(pod, card);
  const members = useMemo(() => pod.members.map((member) => member.name), [pod.members]);
  const { left } = useDeletion(pod);
  return (
    <li ref={card} className={left === null ? "card" : "card card-doomed"}>
      {watch}
      <Members value={members}>
        <div className="card-head">
          <h2>
            <Link to={`/pods/${pod.namespace}/${pod.name}`} className="card-link">
              {pod.name}
            </Link>
          </h2>
          <PhaseWithReason pod={pod} />
          <span className="card-age mono" title={`created ${pod.createdAt}`}>
            <span className="unseen">Age </span>
            {age(pod.createdAt, Date.now())}
          </span>
        </div>
        <Miniature
          members={members}
          view={seen.namespaces}
          later={later(pod, seen, isLeftOut)}
          isOld={OLD.has(seen.state)}
        />
        <div className="card-foot">
          <span className="mono">{pod.podIP || <span className="faint">no address yet</span>}</span>
          <Ports pod={pod} published={seen.published} />
          <EndsIn pod={pod} />
          <DeletePod pod={pod} quiet />
        </div>
      </Members>
    </li>
  );
}

function EndsIn({ pod }: { readonly pod: PodFacts }) {
  const left = leftOf(pod, Date.now());
  if (left === null) return null;
  return <span className={isNear(left) ? "bad" : "hint"}>ends in {countdown(left)}</span>;
}

/** What stands there until the list has come: as many cards as fill the first look. */
export function NoCardsYet() {
  return (
    <ul className="cards" aria-hidden="true">
      {["one", "two", "three"].map((each) => (
        <li key={each} className="card card-blank" />
      ))}
    </ul>
  );
}
