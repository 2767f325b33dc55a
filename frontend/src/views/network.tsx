// The pod's one network namespace: interfaces, routes, sockets, and where it meets the host.
import { type ReactNode, useState } from "react";
import type { Interface, NetworkView, PublishedPort, Route, Socket } from "../api/wire";
import {
  endpoint,
  isListening,
  localEnd,
  networkSentences,
  peerEnd,
  podAddress,
  type SocketRow,
  socketRows,
} from "../state/network";
import { bytes, visible } from "../state/text";
import { MemberName } from "../ui/member";
import { Empty, Pane, Said } from "../ui/pane";
import { type Column, FactTable, whole } from "../ui/table";

const INTERFACES: readonly Column<Interface>[] = [
  { head: "Name", cell: (each) => <b>{visible(each.name)}</b> },
  {
    head: "Addresses",
    fills: true,
    cell: (each) => each.addresses.map((address) => `${address.address}/${address.prefix}`).join(" ") || "none",
  },
  { head: "State", worth: 2, cell: (each) => (each.up ? "up" : "down") },
  { head: "MAC", worth: 2, cell: (each) => each.mac },
  { head: "MTU", worth: 3, align: "end", cell: (each) => each.mtu },
  { head: "Received", align: "end", cell: (each) => counters(each.rxBytes, each.rxPackets) },
  { head: "Sent", align: "end", cell: (each) => counters(each.txBytes, each.txPackets) },
  {
    head: "Errors, drops",
    worth: 3,
    align: "end",
    cell: (each) => `${each.rxErrors + each.txErrors}, ${each.rxDropped + each.txDropped}`,
  },
];

function counters(size: number, packets: number): ReactNode {
  return (
    <>
      {bytes(size)} <span className="faint worth-2">{packets} pkts</span>
    </>
  );
}

const ROUTES: readonly Column<Route>[] = [
  { head: "Destination", cell: (route) => route.destination },
  { head: "Via", cell: (route) => route.gateway || "on the link" },
  { head: "Interface", cell: (route) => visible(route.interface) },
  { head: "Source", worth: 2, cell: (route) => route.source },
  { head: "Scope", worth: 3, cell: (route) => route.scope },
];

function Sockets({ sockets }: { readonly sockets: readonly Socket[] }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) =>
    setOpen((last) => new Set(last.has(key) ? [...last].filter((each) => each !== key) : [...last, key]));
  const rows = socketRows(sockets).flatMap((row) => (open.has(row.key) ? [row, ...parts(row)] : [row]));
  const columns: readonly Column<SocketRow>[] = [
    { head: "Proto", cell: (row) => (row.kind === "one" ? row.socket.protocol : row.protocol) },
    {
      head: "State",
      cell: (row) => <SocketState row={row} isOpen={open.has(row.key)} onPress={() => toggle(row.key)} />,
    },
    { head: "Local", cell: (row) => (row.kind === "one" ? localEnd(row.socket) : row.local) },
    { head: "Peer", own: true, cell: (row) => <Peer at={row.kind === "one" ? peerEnd(row.socket) : row.peer} /> },
    {
      head: "Held by",
      fills: true,
      cell: (row) =>
        row.kind === "one" ? <Owners socket={row.socket} /> : <span className="faint">nobody: they are closed</span>,
    },
  ];
  return <FactTable caption="Sockets" wraps="half" columns={columns} groups={whole(rows)} keyOf={(row) => row.key} />;
}

function parts(row: SocketRow): readonly SocketRow[] {
  if (row.kind === "one") return [];
  return row.sockets.map((socket, at) => ({ key: `${row.key} ${at}`, kind: "one", socket }));
}

// On a narrow pane it stands on a line of its own, where the style says what it is.
function Peer({ at }: { readonly at: string }) {
  return at && <span className="peer">{at}</span>;
}

interface SocketStateProps {
  readonly row: SocketRow;
  readonly isOpen: boolean;
  readonly onPress: () => void;
}

function SocketState({ row, isOpen, onPress }: SocketStateProps) {
  if (row.kind === "one") {
    return <span className={isListening(row.socket) ? "good" : ""}>{row.socket.state}</span>;
  }
  return (
    <button type="button" className="unfold" aria-expanded={isOpen} onClick={onPress}>
      {row.sockets.length} × TIME-WAIT
    </button>
  );
}

function Owners({ socket }: { readonly socket: Socket }) {
  if (socket.owners.length === 0) return <span className="faint">no process here</span>;
  return (
    <ul className="owners">
      {socket.owners.map((owner) => (
        <li key={owner.hostPid}>
          <MemberName member={owner.member} /> {owner.pid} <span className="faint words">{visible(owner.cmd)}</span>
        </li>
      ))}
    </ul>
  );
}

const PUBLISHED: readonly Column<PublishedPort>[] = [
  {
    head: "On the host",
    cell: (port) => {
      const where = endpoint(port.hostIp || "127.0.0.1", port.hostPort);
      if (port.protocol.toLowerCase() !== "tcp") return where;
      return (
        <a href={`http://${where}`} target="_blank" rel="noreferrer">
          http://{where}
        </a>
      );
    },
  },
  { head: "In the pod", cell: (port) => port.containerPort },
  { head: "Protocol", fills: true, cell: (port) => port.protocol.toUpperCase() },
];

interface Props {
  readonly view: NetworkView | null | undefined;
  readonly isEnding: boolean;
  readonly later: ReactNode;
}

export function Network({ view, isEnding, later }: Props) {
  if (view === undefined) {
    return (
      <Pane title="Network" wide>
        {later}
      </Pane>
    );
  }
  if (view === null) {
    return (
      <Pane title="Network" wide>
        <Empty>
          {isEnding
            ? "The network namespace is gone with pause, which held it."
            : "The network namespace could not be read: pause holds it, and pause does not run."}
        </Empty>
      </Pane>
    );
  }
  const said = networkSentences(view, isEnding);
  return (
    <Pane
      title="Network"
      wide
      aside="one network namespace, held by pause"
      note={said.length > 0 && <Said sentences={said} />}
    >
      <div className="mono">
        <Part title="Interfaces">
          <FactTable
            caption="Interfaces"
            columns={INTERFACES}
            groups={whole(view.interfaces)}
            keyOf={(each) => each.index}
          />
        </Part>
        <Ends view={view} />
        <div className="pair-of-parts">
          <Part title="Routes">
            <FactTable caption="Routes" columns={ROUTES} groups={whole(view.routes)} keyOf={routeKey} />
          </Part>
          <Part title="Published ports">
            {view.published.length === 0 ? (
              <Empty>{unpublished(view)}</Empty>
            ) : (
              <FactTable
                caption="Published ports"
                columns={PUBLISHED}
                groups={whole(view.published)}
                keyOf={(port) => `${port.protocol} ${port.hostPort}`}
              />
            )}
          </Part>
        </div>
        <Part title={view.sockets.length === 0 ? "Sockets: none" : "Sockets"}>
          {view.sockets.length > 0 && <Sockets sockets={view.sockets} />}
          {view.socketsTruncated && <Empty>There are more than are shown here.</Empty>}
        </Part>
      </div>
    </Pane>
  );
}

function routeKey(route: Route): string {
  return `${route.family} ${route.destination} ${route.interface} ${route.gateway}`;
}

function unpublished(view: NetworkView): string {
  const address = podAddress(view);
  return address ? `None: only this machine reaches the pod, at ${address}.` : "None, and the pod has no address.";
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="part">
      <h3>{title}</h3>
      {children}
    </div>
  );
}

/** The wire out: which interface's other end is where on the host. */
function Ends({ view }: { readonly view: NetworkView }) {
  return (
    <ul className="wires" aria-label="Host ends">
      {view.hostEnds.map((end) => (
        <li key={end.index}>
          <span className="stop">{visible(end.peerOf)}</span>
          <span className="wire">veth pair</span>
          <span className="stop">
            {end.name} <span className="faint">{`if${end.index} ${end.mac} ${end.up ? "up" : "down"}`}</span>
          </span>
          {end.bridge && (
            <>
              <span className="wire">plugged into</span>
              <span className="stop">
                {end.bridge} <span className="faint">bridge on the host</span>
              </span>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
