// The machine that pods run on: capacity, network namespaces as lsns has them, and who is on the bridge.
import "./node.css";
import { Link } from "react-router";
import {
  type BridgePort,
  type ListedNode,
  type Measure,
  measures,
  type NetworkNamespace,
  type NodeView,
  nodeSentences,
  ownerOf,
  type PodOnNode,
  type Taken,
  taken,
  takenSentences,
} from "../state/node";
import { bytes, visible } from "../state/text";
import { Empty, Pane, Said } from "../ui/pane";
import { type Column, FactTable, type Keys, whole } from "../ui/table";

const MEASURES: readonly Column<Measure>[] = [
  { head: "What", cell: ({ name }) => name },
  {
    head: "In use",
    cell: ({ name, used, of, said }) => <meter aria-label={`${name}: ${said}`} value={used} max={of} />,
  },
  { head: "Figures", fills: true, cell: ({ said }) => <span className="mono">{said}</span> },
];

const TAKEN: readonly Column<Taken>[] = [
  { head: "What", cell: ({ name }) => name },
  {
    head: "Taken",
    cell: ({ used, limit, said }) =>
      limit !== null && (
        <meter aria-label={said} value={Math.min(used, limit)} max={limit} low={limit * 0.99} optimum={0} />
      ),
  },
  { head: "Of what pods may have", fills: true, cell: ({ said }) => <span className="mono">{said}</span> },
  { head: "Of the machine", own: true, cell: ({ ofMachine }) => <span className="mono">{ofMachine}</span> },
];

const NAMESPACES: readonly Column<NetworkNamespace>[] = [
  { head: "Inode", cell: (each) => each.inode },
  { head: "NSID", worth: 3, align: "end", cell: (each) => each.nsid ?? <span className="faint">none</span> },
  { head: "Processes", worth: 2, align: "end", cell: (each) => each.processes },
  { head: "PID", align: "end", cell: (each) => each.pid },
  { head: "User", worth: 2, cell: (each) => visible(each.user) },
  { head: "Command", worth: 2, fills: true, cell: (each) => <span className="words">{visible(each.command)}</span> },
  { head: "Whose", own: true, cell: (each) => <Whose pod={each.pod} words={ownerOf(each)} /> },
];

const PORTS: readonly Column<BridgePort>[] = [
  { head: "On the node", cell: (port) => <b>{visible(port.name)}</b> },
  { head: "Pod", cell: (port) => <Whose pod={port.pod} words={ownerOf({ isHost: false, pod: port.pod })} /> },
  { head: "Address", cell: (port) => port.podIp || <span className="faint">none known</span> },
  { head: "MAC", worth: 3, cell: (port) => port.mac },
  { head: "State", worth: 2, cell: (port) => (port.up ? "up" : "down") },
  { head: "To the pod", worth: 2, align: "end", cell: (port) => bytes(port.txBytes) },
  { head: "From the pod", worth: 2, align: "end", cell: (port) => bytes(port.rxBytes) },
];

/** The canaries that prove the network have no page of their own. */
function Whose({ pod, words }: { readonly pod: PodOnNode | null; readonly words: string }) {
  if (!pod?.namespace) return <span className="faint">{visible(words)}</span>;
  return <Link to={`/pods/${pod.namespace}/${pod.name}`}>{visible(pod.name)}</Link>;
}

function namespaceKeys({ inode, pod }: NetworkNamespace): Keys {
  const keys = [`ns:net:${inode}`, ...(pod ? [`pod:${pod.uid}`] : [])];
  return { lights: keys, answers: keys };
}

function portKeys({ pod, index }: BridgePort): Keys {
  const keys = [pod ? `pod:${pod.uid}` : `port:${index}`];
  return { lights: keys, answers: keys };
}

/** By rows of the database: it stays when the node itself cannot be read. */
export function TakenPane({ node }: { readonly node: ListedNode }) {
  return (
    <Pane id="taken" title="Taken by pods" aside="by their limits" note={<Said sentences={takenSentences(node)} />}>
      <FactTable
        caption="Taken by pods"
        columns={TAKEN}
        groups={whole(taken(node))}
        keyOf={({ name }) => name}
        wraps="narrow"
      />
    </Pane>
  );
}

interface Props {
  readonly view: NodeView;
  /** The inode that the address names. */
  readonly chosen: string;
}

export function NodePanes({ view, chosen }: Props) {
  const problems = view.problems.map((problem) => `Not read: ${visible(problem)}.`);
  return (
    <>
      <Pane id="capacity" title="Capacity" aside={`kernel ${view.kernel}, cgroups ${view.cgroups}`}>
        <FactTable caption="Capacity" columns={MEASURES} groups={whole(measures(view))} keyOf={({ name }) => name} />
      </Pane>
      <Pane
        id="netns"
        title="Network namespaces"
        aside="as lsns -t net has them"
        note={<Said sentences={[...nodeSentences(view), ...problems]} />}
      >
        <div className="mono">
          <FactTable
            caption="Network namespaces"
            columns={NAMESPACES}
            groups={whole(view.networkNamespaces)}
            keyOf={({ inode }) => inode}
            look={({ inode }) => (String(inode) === chosen ? "chosen" : "")}
            lit={namespaceKeys}
          />
        </div>
      </Pane>
      <BridgePane view={view} />
    </>
  );
}

function BridgePane({ view: { bridge } }: { readonly view: NodeView }) {
  if (!bridge) {
    return (
      <Pane id="bridge" title="Bridge">
        <Empty>There is none yet: it is made with the first pod.</Empty>
      </Pane>
    );
  }
  return (
    <Pane id="bridge" title={`Bridge ${bridge.name}`} aside={bridge.addresses.join(", ")}>
      <div className="mono">
        {bridge.ports.length === 0 ? (
          <Empty>Nothing is plugged in.</Empty>
        ) : (
          <>
            <ul className="wires" aria-label="From the bridge to the pods">
              {bridge.ports.map((port) => (
                <li key={port.index}>
                  <span className="stop">{bridge.name}</span>
                  <span className="wire">holds</span>
                  <span className="stop">{visible(port.name)}</span>
                  <span className="wire">veth pair</span>
                  <span className="stop">
                    eth0 of <Whose pod={port.pod} words={ownerOf({ isHost: false, pod: port.pod })} />
                  </span>
                </li>
              ))}
            </ul>
            <FactTable
              caption="Ports of the bridge"
              columns={PORTS}
              groups={whole(bridge.ports)}
              keyOf={({ index }) => index}
              lit={portKeys}
            />
          </>
        )}
      </div>
    </Pane>
  );
}
