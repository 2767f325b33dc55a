// The pod's one network namespace: interfaces, routes, sockets, and where it meets the host.
import { memo, type ReactNode, useMemo, useState } from "react";
import type { Interface, NetworkView, PublishedPort, Route } from "../api/wire";
import { endpoint, networkSentences, podAddress } from "../state/network";
import { opened } from "../state/opened";
import { type Count, type Counts, counted } from "../state/rates";
import { bytes, visible } from "../state/text";
import { Empty, Pane, Said } from "../ui/pane";
import { type Column, FactTable, type Keys, whole } from "../ui/table";
import { Sockets } from "./sockets";
import { Spark } from "./spark";

/** An interface and what went through it lately. */
interface Counted extends Interface {
  readonly counts: readonly Count[];
}

const INTERFACES: readonly Column<Counted>[] = [
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
  { head: "Last minute", worth: 2, cell: ({ counts }) => <Spark counts={counts} /> },
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

function interfaceKeys({ name }: Interface): Keys {
  return { lights: [`interface:${name}`], answers: [`interface:${name}`] };
}

function portKeys({ containerPort }: PublishedPort): Keys {
  return { lights: [`port:${containerPort}`], answers: [`port:${containerPort}`] };
}

const PUBLISHED: readonly Column<PublishedPort>[] = [
  {
    head: "On the host",
    cell: (port) => {
      const where = endpoint(port.hostIp || "127.0.0.1", port.hostPort);
      const { href } = opened(port, [port], globalThis.location.hostname);
      if (href === null) return where;
      return (
        <a href={href} target="_blank" rel="noreferrer">
          {href}
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
  /** A recorded moment: what went through before it is not known. */
  readonly isPast?: boolean;
  readonly later: string;
}

/** What the interfaces counted while they were looked at. */
function useCounts(view: NetworkView | null | undefined, isPast: boolean): readonly Counted[] {
  const [last, setLast] = useState<{ of: typeof view; counts: Counts }>({ of: null, counts: new Map() });
  let counts = last.counts;
  if (view && last.of !== view) {
    counts = isPast ? new Map() : counted(last.counts, view.interfaces, Date.now());
    setLast({ of: view, counts });
  }
  return useMemo(
    () => view?.interfaces.map((each) => ({ ...each, counts: counts.get(each.name) ?? [] })) ?? [],
    [view, counts],
  );
}

export const Network = memo(function Network({ view, isEnding, isPast = false, later }: Props) {
  const interfaces = useCounts(view, isPast);
  if (view === undefined) {
    return (
      <Pane id="network" title="Network" wide>
        <Empty>{later}</Empty>
      </Pane>
    );
  }
  if (view === null) {
    return (
      <Pane id="network" title="Network" wide>
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
      id="network"
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
            groups={whole(interfaces)}
            keyOf={(each) => each.index}
            lit={interfaceKeys}
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
                lit={portKeys}
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
});

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
