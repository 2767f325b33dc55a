// My pods: what they are, how they are, and the way to each.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useOutletContext } from "react-router";
import { listNamespaces, listPods } from "../api/client";
import { told } from "../api/refusal";
import { type PodFacts, phaseWord } from "../state/pod";
import { age } from "../state/text";
import { reasonOf } from "../state/troubles";
import { Button } from "../ui/button";
import { Choice } from "../ui/field";
import { Members } from "../ui/hue";
import { MemberName } from "../ui/member";
import { Empty, Pane, Problem } from "../ui/pane";
import { type Column, FactTable, whole } from "../ui/table";
import type { FrameContext } from "./frame";
import { Phase } from "./phase";

const POLL_MS = 2000;

export function PodsPage() {
  const { session } = useOutletContext<FrameContext>();
  const [chosen, setChosen] = useState<string | null>(null);
  const namespaces = useQuery({ queryKey: ["namespaces"], queryFn: listNamespaces });
  const names = namespaces.data ?? [];
  const namespace = chosen ?? session.namespace ?? names[0] ?? null;
  return (
    <>
      <title>My pods · Pod playground</title>
      <div className="page-head">
        <h1>My pods</h1>
        {names.length > 1 && namespace && (
          <Choice
            bare
            id="namespace"
            label="Namespace"
            value={namespace}
            onChange={setChosen}
            options={names.map((name) => ({ value: name, label: name }))}
          />
        )}
        <Link className="button button-main" to="/new">
          {namespace === session.namespace || !session.namespace ? "New pod" : `New pod in ${session.namespace}`}
        </Link>
      </div>
      {namespace ? (
        <PodList namespace={namespace} isOwn={namespace === session.namespace} />
      ) : (
        <Empty>You have no namespace yet. Ask an admin for one.</Empty>
      )}
    </>
  );
}

function PodList({ namespace, isOwn }: { readonly namespace: string; readonly isOwn: boolean }) {
  const pods = useQuery({
    queryKey: ["pods", namespace],
    queryFn: () => listPods(namespace),
    refetchInterval: POLL_MS,
  });
  if (pods.isPending) return <Empty>Loading the pods of {namespace}…</Empty>;
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
      {pods.isError && <Problem title={`This list may be old: ${told(pods.error)}`} />}
      <Pane title={namespace} aside="refreshed every 2 seconds">
        {pods.data.length === 0 ? (
          <Empty>
            No pods here.{" "}
            {isOwn && (
              <>
                <Link to="/new">Make one</Link>: the form has an example that runs at once.
              </>
            )}
          </Empty>
        ) : (
          <FactTable caption="Pods" columns={COLUMNS} groups={whole(pods.data)} keyOf={(pod) => pod.uid || pod.name} />
        )}
      </Pane>
    </>
  );
}

const COLUMNS: readonly Column<PodFacts>[] = [
  {
    head: "Name",
    cell: (pod) => (
      <Link className="strong" to={`/pods/${pod.namespace}/${pod.name}`}>
        {pod.name}
      </Link>
    ),
  },
  { head: "Phase", cell: (pod) => <PhaseWithReason pod={pod} /> },
  { head: "Members", worth: 2, fills: true, cell: (pod) => <MemberList pod={pod} /> },
  { head: "IP", worth: 2, cell: (pod) => <span className="mono">{pod.podIP}</span> },
  { head: "Age", align: "end", cell: (pod) => <span className="mono">{age(pod.createdAt, Date.now())}</span> },
];

function PhaseWithReason({ pod }: { readonly pod: PodFacts }) {
  const reason = reasonOf(pod);
  return (
    <span className="breaks">
      <Phase word={phaseWord(pod)} />
      {reason && <span className="bad"> {reason}</span>}
    </span>
  );
}

function MemberList({ pod }: { readonly pod: PodFacts }) {
  const names = pod.members.map((member) => member.name);
  return (
    <Members value={names}>
      <span className="members">
        {names.map((name) => (
          <MemberName key={name} member={name} />
        ))}
      </span>
    </Members>
  );
}
