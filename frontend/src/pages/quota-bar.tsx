// How much of a person's quotas is in use: a bar an amount, and what is in the way when no pod is left to make.
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { listPods, readQuota } from "../api/client";
import { listTeams } from "../api/teams";
import { countdown, leftOf } from "../state/lifetime";
import { type Bar, bars, isOfTeam } from "../state/quota";
import { useNow } from "../ui/clock";
import { DeletePod } from "./delete-pod";

const POLL_MS = 4000;
const NO_BARS: readonly Bar[] = [];

function useBars(fullness?: number): readonly Bar[] {
  // Among the pods: what makes their list old makes this old too.
  const quota = useQuery({ queryKey: ["pods", "", "quota"], queryFn: readQuota, refetchInterval: POLL_MS });
  return quota.data ? bars(quota.data, fullness) : NO_BARS;
}

/** What a new pod in that namespace is counted in: one's own, and the pool of the team that has the namespace. */
function useBarsIn(namespace: string): readonly Bar[] {
  const all = useBars();
  const enabled = all.some(({ whose }) => typeof whose === "object");
  const teams = useQuery({ queryKey: ["teams"], queryFn: listTeams, enabled });
  const team = teams.data?.items.find(({ namespaces }) => namespaces.some(({ name }) => name === namespace))?.name;
  return all.filter((bar) => typeof bar.whose === "string" || isOfTeam(bar, team));
}

export function QuotaBars({ namespace }: { readonly namespace: string }) {
  return <Bars bars={useBarsIn(namespace)} />;
}

/** On a team's page: all that its members' pods have of what the team may have. */
export function TeamQuota({ name }: { readonly name: string }) {
  return <Bars bars={useBars(0).filter((bar) => isOfTeam(bar, name))} say="amount" />;
}

function Bars({ bars: shown, say = "text" }: { readonly bars: readonly Bar[]; readonly say?: "text" | "amount" }) {
  if (shown.length === 0) return null;
  return (
    <ul className="quota" aria-label="Quota">
      {shown.map((bar) => (
        <li key={bar.key} className={bar.isFull ? "quota-full" : ""}>
          <meter
            max={bar.limit}
            optimum={0}
            low={bar.limit * 0.99}
            value={Math.min(bar.used, bar.limit)}
            aria-label={bar[say]}
          />
          <span>{bar[say]}</span>
        </li>
      ))}
    </ul>
  );
}

/** On the page of a new pod: the bars, and when nothing is left the pods that are in the way. */
export function QuotaNote({ namespace }: { readonly namespace: string }) {
  const shown = useBarsIn(namespace);
  const full = shown.filter((bar) => bar.isFull);
  const own = full.filter((bar) => bar.whose === "own");
  // One sentence for a pool, of however much it has nothing left.
  const others = full.filter(({ whose }) => whose !== "own");
  const said = others.filter(({ whose }, i) => others.findIndex((bar) => told(bar.whose) === told(whose)) === i);
  return (
    <>
      <Bars bars={shown} />
      {own.length > 0 && <InTheWay namespace={namespace} names={[...new Set(own.flatMap((bar) => bar.by))]} />}
      {said.map(({ key, whose }) => (
        <p key={key} className="hint">
          {told(whose)}
        </p>
      ))}
    </>
  );
}

function told(whose: Bar["whose"]): string {
  return typeof whose === "object"
    ? `Team ${whose.team} has all that it may: it takes another pod when one of its own is gone.`
    : "Others have all there is: try again when a pod has ended.";
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
