// A guest's time, on top of every page: when it ends, and the way to what goes with it.
import { Link } from "react-router";
import { moment } from "../state/text";
import { isVisitNear, visitLeft, visitWords } from "../state/visit";
import { useNow } from "../ui/clock";

export function VisitNote({ until }: { readonly until: string }) {
  const now = useNow(1000);
  const left = visitLeft(until, now);
  if (left === null) return null;
  const isNear = isVisitNear(left);
  return (
    <section className={isNear ? "lifetime problem" : "lifetime"} aria-label="Your visit">
      <p>
        <strong role="timer">{visitWords(left)}</strong>
        <span className="hint">
          , at {moment(until, now)}. Then your pods are deleted. <Link to="/account#visit">What you can keep</Link>
        </span>
      </p>
      {/* Said once, when it comes true. */}
      <span className="unseen" role="status">
        {isNear && left > 0 && "Your visit ends in less than five minutes."}
      </span>
    </section>
  );
}
