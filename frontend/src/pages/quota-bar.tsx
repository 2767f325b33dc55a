// How much of a person's quotas is in use: a bar an amount, and what is in the way when no pod is left to make.
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { listPods, readQuota } from "../api/client";
import { countdown, leftOf } from "../state/lifetime";
import { type Bar, bars } from "../state/quota";
import { useNow } from "../ui/clock";
import { DeletePod } from "./delete-pod";

const POLL_MS = 4000;
const NO_BARS: readonly Bar[] = [];

function useBars(): readonly Bar[] {
  // Among the pods: what makes their list old makes this old too.
  const quota = useQuery({ queryKey: ["pods", "", "quota"], queryFn: readQuota, refetchInterval: POLL_MS });
  return quota.data ? bars(quota.data) : NO_BARS;
}

export function QuotaBars() {
  return <Bars bars={useBars()} />;
}

/** On a team's page: what its members' pods have of what the team may have. */
export function TeamQuota({ name }: { readonly name: string }) {
  return <Bars bars={useBars().filter(({ whose }) => typeof whose === "object" && whose.team === name)} />;
}

function Bars({ bars: shown }: { readonly bars: readonly Bar[] }) {
  if (shown.length === 0) return null;
  return (
    <ul className="quota" aria-label="Quota">
      {shown.map(({ key, used, limit, isFull, text }) => (
        <li key={key} className={isFull ? "quota-full" : ""}>
          <meter max={limit} optimum={0} low={limit * 0.99} value={Math.min(used, limit)} aria-label={text} />
          <span>{text}</span>
        </li>
      ))}
    </ul>
  );
}

/** On the page of a new pod: the bars, and when nothing is left the pods that are in the way. */
export function QuotaNote({ namespace, isOwn }: { readonly namespace: string; readonly isOwn: boolean }) {
  // No team has a share in what is made in one's own namespace.
  const shown = useBars().filter(({ whose }) => !isOwn || typeof whose === "string");
  const full = shown.filter((bar) => bar.isFull);
  const own = full.filter((bar) => bar.whose === "own");
  return (
    <>
      <Bars bars={shown} />
      {own.length > 0 && <InTheWay namespace={namespace} names={[...new Set(own.flatMap((bar) => bar.by))]} />}
      {full.map(({ key, whose }) => whose !== "own" && <Others key={key} whose={whose} />)}
    </>
  );
}

function Others({ whose }: { readonly whose: Exclude<Bar["whose"], "own"> }) {
  if (whose === "all") return <p className="hint">Others have all there is: try again when a pod has ended.</p>;
  return (
    <p className="hint">Team {whose.team} has all that it may: it takes another pod when one of its own is gone.</p>
  );
}

interface InTheWayProps {
  readonly namespace: string;
  /** namespace/name of each: one's pods may be in the namespaces of teams too. */
  readonly names: readonly string[];
}

function InTheWay({ namespace, names }: InTheWayProps) {
  const homes = [...new Set(names.map((name) => name.split("/", 1).join()))];
  const lists = useQueries({
    queries: homes.map((home) => ({
      queryKey: ["pods", home],
      queryFn: () => listPods(home),
      refetchInterval: POLL_MS,
    })),
  });
  const pods = lists.flatMap((list) => list.data ?? []).filter((pod) => names.includes(`${pod.namespace}/${pod.name}`));
  const now = useNow(1000);
  return (
    <section className="problem calm in-the-way" aria-label="In use">
      <strong>Your quota is in use</strong>
      <p>A new pod has room when one of these is gone.</p>
      <ul>
        {pods.map((pod) => {
          const left = leftOf(pod, now);
          const ends = left === null ? "" : `ends in ${countdown(left)}`;
          return (
            <li key={pod.uid}>
              <Link className="strong words" to={`/pods/${pod.namespace}/${pod.name}`}>
                {pod.namespace === namespace ? pod.name : `${pod.namespace}/${pod.name}`}
              </Link>
              <span className="hint">{pod.deletedAt ? "is ending" : ends}</span>
              <DeletePod pod={pod} quiet />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
