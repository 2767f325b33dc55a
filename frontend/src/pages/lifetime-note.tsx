// When a pod ends by itself: a countdown, why, and the press that puts it off.
import { useState } from "react";
import { useOutletContext } from "react-router";
import { extendPod } from "../api/acts";
import { told } from "../api/refusal";
import {
  countdown,
  isNear,
  leftOf,
  minutesInWords,
  offered,
  type Viewer,
  whyItEnds,
  withinVisit,
} from "../state/lifetime";
import type { PodFacts } from "../state/pod";
import { moment } from "../state/text";
import { Button } from "../ui/button";
import { useNow } from "../ui/clock";
import type { FrameContext } from "./frame";
import { useMayChange } from "./may-change";
import { useNotices } from "./notice-queue";

export function LifetimeNote({ pod: given }: { readonly pod: PodFacts }) {
  const now = useNow(1000);
  const viewer = useViewer(given);
  const pod = withinVisit(given, viewer.visitUntil);
  const left = leftOf(pod, now);
  const why = whyItEnds(pod, viewer, moment(pod.extendableUntil, now), now);
  if (pod.deletedAt || why === "") return null;
  const isSoon = isNear(left);
  return (
    <section className={isSoon ? "lifetime problem" : "lifetime"} aria-label="Lifetime">
      <p>
        {left === null ? (
          <strong>Has no end in time.</strong>
        ) : (
          <strong role="timer">Ends in {countdown(left)}.</strong>
        )}{" "}
        <span className="hint">{why}</span>
      </p>
      <Extend pod={pod} />
      {/* Said once, when it comes true. */}
      <span className="unseen" role="status">
        {isSoon && `${pod.name} ends in less than five minutes.`}
      </span>
    </section>
  );
}

/** A guest's pods in a team's namespace are the team's, and stay. */
function useViewer(pod: PodFacts): Viewer {
  const mayChange = useMayChange();
  const session = useOutletContext<FrameContext | null>()?.session;
  const isOwn = session?.namespace === pod.namespace;
  return { mayChange, visitUntil: (isOwn && session?.user?.guestUntil) || "" };
}

function Extend({ pod }: { readonly pod: PodFacts }) {
  const notices = useNotices();
  const [isBusy, setBusy] = useState(false);
  const mayChange = useMayChange();
  const minutes = offered(pod);
  if (minutes === 0 || !mayChange) return null;
  const extend = async () => {
    setBusy(true);
    try {
      await extendPod(pod, minutes);
      notices?.say({ title: `${pod.name} lives ${minutesInWords(minutes)} longer` });
    } catch (error) {
      notices?.say({ title: `${pod.name} was not extended`, body: told(error), isBad: true });
    }
    setBusy(false);
  };
  return (
    <Button isDisabled={isBusy} onPress={extend}>
      Extend by {minutesInWords(minutes)}
    </Button>
  );
}
