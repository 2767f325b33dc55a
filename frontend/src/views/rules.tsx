// Beyond the pod's own sockets: who is on its link, who answers its names, and the rules its packets meet.
import { useMemo } from "react";
import type { HostnameView } from "../api/wire";
import { visible } from "../state/text";
import {
  type Neighbour,
  placeOf,
  type Resolver,
  type RuleRow,
  resolvers,
  ruleRows,
  type Wiring,
} from "../state/wiring";
import { MemberName } from "../ui/member";
import { Empty } from "../ui/pane";
import { type Column, FactTable, whole } from "../ui/table";

const NEIGHBOURS: readonly Column<Neighbour>[] = [
  { head: "Address", cell: (each) => each.address },
  { head: "MAC", cell: (each) => each.mac || <span className="faint">no answer</span> },
  { head: "Interface", worth: 2, cell: (each) => visible(each.interface) },
  { head: "State", fills: true, cell: (each) => each.state },
];

const RESOLVERS: readonly Column<Resolver>[] = [
  {
    head: "Member",
    cell: ({ members }) => (
      <span className="members">
        {members.map((each) => (
          <MemberName key={each} member={each} />
        ))}
      </span>
    ),
  },
  {
    head: "Nameservers",
    cell: ({ nameservers, problem }) => problem || nameservers.map(visible).join(" ") || "none",
  },
  { head: "Search", cell: ({ search }) => search.map(visible).join(" ") || <span className="faint">none</span> },
  { head: "Options", fills: true, cell: ({ options }) => options.map(visible).join(" ") },
];

const RULES: readonly Column<RuleRow>[] = [
  { head: "Chain", cell: ({ chain }) => visible(chain) },
  { head: "What it does", own: true, cell: ({ words }) => <span className="rule-words">{visible(words)}</span> },
  { head: "Rule", fills: true, cell: ({ text }) => <span className="faint words">{visible(text)}</span> },
];

interface Props {
  readonly wiring: Wiring;
  readonly hostnames: readonly HostnameView[];
}

export function Rules({ wiring, hostnames }: Props) {
  const resolved = useMemo(() => resolvers(hostnames), [hostnames]);
  return (
    <div className="mono">
      <div className="part">
        <h3>Neighbours</h3>
        {wiring.neighbours.length === 0 ? (
          <Empty>None: the pod has spoken with nobody on its link lately.</Empty>
        ) : (
          <FactTable
            caption="Neighbours"
            columns={NEIGHBOURS}
            groups={whole(wiring.neighbours)}
            keyOf={({ address, interface: name }) => `${address} ${name}`}
          />
        )}
      </div>
      <div className="part">
        <h3>DNS, as /etc/resolv.conf has it</h3>
        <FactTable
          caption="DNS"
          wraps="half"
          columns={RESOLVERS}
          groups={whole(resolved)}
          keyOf={({ members }) => members.join(" ")}
        />
      </div>
      <div className="part">
        <h3>Firewall rules that its packets meet</h3>
        <FactTable
          caption="Firewall"
          wraps="half"
          columns={RULES}
          groups={wiring.tables.map((table) => ({
            key: `${table.place} ${table.name}`,
            head: visible(placeOf(table)),
            rows: ruleRows(table),
          }))}
          keyOf={({ key }) => key}
        />
      </div>
    </div>
  );
}
