// My pods: what they are, how they are, and the way to each.
import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { Link, useOutletContext, useSearchParams } from "react-router";
import { listNamespaces, listPods } from "../api/client";
import { Refusal, told } from "../api/refusal";
import type { PodFacts } from "../state/pod";
import { filtered } from "../state/pods";
import { PODS_AS } from "../state/preferences";
import { START_KEYS, START_NAMES } from "../state/start-names";
import { counted } from "../state/text";
import { Button } from "../ui/button";
import { Choice, Field } from "../ui/field";
import { late } from "../ui/late";
import { Empty, Problem, Skeleton } from "../ui/pane";
import { choose, usePreference } from "../ui/preference";
import { Switcher } from "../ui/switcher";
import type { FrameContext } from "./frame";
import { GlanceScope } from "./glance";
import { mayChange, useMayChange } from "./may-change";
import { NoCardsYet, PodCards } from "./pod-cards";
import { QuotaBars } from "./quota-bar";

const PodTable = late(async () => (await import("./pod-table")).PodTable);

const POLL_MS = 2000;

/** With no more pods than this the eye is the quicker filter. */
const FEW = 4;

const VIEWS = [
  { value: "cards", label: "Cards" },
  { value: "table", label: "Table" },
] as const;

export function PodsPage() {
  const { session } = useOutletContext<FrameContext>();
  const [search, setSearch] = useSearchParams();
  const namespaces = useQuery({ queryKey: ["namespaces"], queryFn: listNamespaces });
  const names = namespaces.data ?? [];
  const namespace = search.get("namespace") ?? session.namespace ?? names[0] ?? null;
  const isOthers = session.namespace !== null && namespace !== session.namespace;
  return (
    <>
      <title>{`${isOthers ? `Pods of ${namespace}` : "My pods"} · Pod playground`}</title>
      <div className="page-head">
        <h1>{isOthers ? `Pods of ${namespace}` : "My pods"}</h1>
        {names.length > 1 && namespace && (
          <Choice
            bare
            id="namespace"
            label="Namespace"
            value={namespace}
            onChange={(name) => setSearch({ namespace: name }, { replace: true })}
            options={names.map((name) => ({ value: name, label: name }))}
          />
        )}
        {mayChange(session.user) && (
          <Link className="button button-main" to="/new">
            {isOthers ? `New pod in ${session.namespace}` : "New pod"}
          </Link>
        )}
      </div>
      {namespace ? (
        <GlanceScope key={namespace}>
          <PodList namespace={namespace} isOwn={namespace === session.namespace} />
        </GlanceScope>
      ) : (
        <Empty>You have no namespace yet. Ask an admin for one.</Empty>
      )}
    </>
  );
}

/** Not there, or not to be seen by who asks: asking again finds the same. */
function isMissing(error: unknown): boolean {
  return error instanceof Refusal && error.code === 404;
}

function PodList({ namespace, isOwn }: { readonly namespace: string; readonly isOwn: boolean }) {
  const pods = useQuery({
    queryKey: ["pods", namespace],
    queryFn: () => listPods(namespace),
    refetchInterval: ({ state }) => (isMissing(state.error) ? false : POLL_MS),
  });
  if (isMissing(pods.error)) {
    return (
      <Problem title="There is no namespace of that name, or it is not yours">
        <p>
          <Link to="/">My pods</Link>
        </p>
      </Problem>
    );
  }
  if (pods.isPending) {
    return (
      <>
        <div className="list-head">
          <span className="hint" role="status">
            Loading the pods of {namespace}…
          </span>
        </div>
        <NoCardsYet />
      </>
    );
  }
  if (pods.data === undefined) {
    return (
      <Problem title="The pods cannot be listed">
        <p>{told(pods.error)}</p>
        <Button onPress={() => pods.refetch()}>Try again</Button>
      </Problem>
    );
  }
  return (
    <>
      {pods.isError && (
        <Problem title="This list may be old">
          <p>{told(pods.error)} It is asked for again every two seconds.</p>
        </Problem>
      )}
      {pods.data.length === 0 ? (
        <NoPods namespace={namespace} isOwn={isOwn} />
      ) : (
        <SomePods namespace={namespace} pods={pods.data} />
      )}
    </>
  );
}

function NoPods({ namespace, isOwn }: { readonly namespace: string; readonly isOwn: boolean }) {
  const mayChange = useMayChange();
  if (!mayChange && isOwn)
    return <Empty>An auditor has no pods, and sees those of all others: choose a namespace above.</Empty>;
  if (!isOwn) return <Empty>No pods in {namespace}.</Empty>;
  return (
    <section className="no-pods" aria-labelledby="starts">
      <h2 id="starts">No pods here yet</h2>
      <p>Start from one of these: the form is filled in, and shows what it will make before it makes it.</p>
      <ul>
        {START_KEYS.map((start) => (
          <li key={start}>
            <Link to={`/new?start=${start}`}>{START_NAMES[start].title}</Link>
            <span className="hint">{START_NAMES[start].teaches}</span>
          </li>
        ))}
      </ul>
      <p>
        Or begin with <Link to="/new">an empty form</Link>.
      </p>
    </section>
  );
}

interface SomeProps {
  readonly namespace: string;
  readonly pods: readonly PodFacts[];
}

function SomePods({ namespace, pods }: SomeProps) {
  const [query, setQuery] = useState("");
  const as = usePreference(PODS_AS);
  const shown = filtered(pods, query);
  return (
    <>
      <div className="list-head">
        <span className="hint" role="status">
          {shown.length === pods.length
            ? counted(pods.length, "pod")
            : `${shown.length} of ${counted(pods.length, "pod")}`}
        </span>
        <QuotaBars namespace={namespace} />
        {(pods.length > FEW || query !== "") && (
          <Field
            bare
            id="filter"
            label="Filter by name, member or image"
            value={query}
            onChange={setQuery}
            input={{ type: "search", placeholder: "Name, member or image" }}
          />
        )}
        <Switcher label="Show pods as" value={as} onChange={(value) => choose(PODS_AS, value)} options={VIEWS} />
      </div>
      {shown.length === 0 ? (
        <Empty>
          None of them has “{query}” in its name, members or images.{" "}
          <Button onPress={() => setQuery("")}>Show all</Button>
        </Empty>
      ) : as === "table" ? (
        <Suspense fallback={<Skeleton id="pods" title={namespace} lines={shown.length} />}>
          <PodTable title={namespace} pods={shown} />
        </Suspense>
      ) : (
        <PodCards pods={shown} />
      )}
    </>
  );
}
