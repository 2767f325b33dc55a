// The nodes, for who runs them. To everyone else this address leads nowhere, as the service has it too.
import { useQuery } from "@tanstack/react-query";
import { useOutletContext, useSearchParams } from "react-router";
import { listNodes, readNode } from "../api/client";
import { told } from "../api/refusal";
import type { ListedNode } from "../state/node";
import { Choice } from "../ui/field";
import { LitScope } from "../ui/lit";
import { Empty, Problem, Skeleton } from "../ui/pane";
import { NodePanes, TakenPane } from "../views/node";
import type { FrameContext } from "./frame";
import { NowherePage } from "./nowhere";

const EVERY_MS = 3000;

export function NodesPage() {
  const { session } = useOutletContext<FrameContext>();
  return session.user?.seesAll ? <Nodes /> : <NowherePage />;
}

function Nodes() {
  const [search, setSearch] = useSearchParams();
  const { data: nodes, error } = useQuery({ queryKey: ["nodes"], queryFn: listNodes, refetchInterval: EVERY_MS });
  const node = nodes?.find((each) => each.name === search.get("node")) ?? nodes?.[0];
  return (
    <LitScope>
      <title>Nodes · Pod playground</title>
      <div className="page-head">
        <h1>{node ? `Node ${node.name}` : "Nodes"}</h1>
        {nodes && nodes.length > 1 && node && (
          <Choice
            bare
            id="node"
            label="Node"
            value={node.name}
            onChange={(name) => setSearch({ node: name }, { replace: true })}
            options={nodes.map(({ name }) => ({ value: name, label: name }))}
          />
        )}
        {node && <State node={node} />}
      </div>
      {error && !nodes && <Problem title="The nodes could not be listed">{told(error)}</Problem>}
      {nodes && !node && <Empty>No node has ever reported here. Start one: its watch says that it is there.</Empty>}
      {node ? (
        <Seen key={node.name} node={node} chosen={search.get("netns") ?? ""} />
      ) : (
        !error && !nodes && <NothingYet />
      )}
    </LitScope>
  );
}

function State({ node }: { readonly node: ListedNode }) {
  return (
    <>
      <span className={`chip ${node.ready ? "chip-ok" : "chip-bad"}`}>
        <i />
        {node.ready ? "takes pods" : "takes no pods"}
      </span>
      {node.engine && <span className="chip mono">Docker {node.engine}</span>}
    </>
  );
}

function Seen({ node, chosen }: { readonly node: ListedNode; readonly chosen: string }) {
  const { data: view, error } = useQuery({
    queryKey: ["node", node.name],
    queryFn: () => readNode(node.name),
    refetchInterval: EVERY_MS,
  });
  return (
    <>
      {!node.ready && node.reason && <Problem title={`${node.name} takes no pods`}>{node.reason}</Problem>}
      {error && (
        <Problem title={`${node.name} could not be read`}>
          <p>
            {told(error)}
            {view && ` Below is what was read last, at ${view.at.slice(11, 19)}.`}
          </p>
        </Problem>
      )}
      <div className="node" aria-busy={!view && !error}>
        <TakenPane node={node} />
        {view ? <NodePanes view={view} chosen={chosen} /> : !error && <Waiting />}
      </div>
    </>
  );
}

function NothingYet() {
  return (
    <div className="node" aria-busy="true">
      <Skeleton id="taken" title="Taken by pods" lines={3} />
      <Waiting />
    </div>
  );
}

function Waiting() {
  return (
    <>
      <Skeleton id="capacity" title="Capacity" lines={4} />
      <Skeleton id="netns" title="Network namespaces" lines={4} />
      <Skeleton id="bridge" title="Bridge" lines={3} />
    </>
  );
}
