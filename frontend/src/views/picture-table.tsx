// The picture's facts for those who would rather read them.
import { endpoint } from "../state/network";
import type { Published, Scene, SceneMember, Talk } from "../state/scene";
import { MemberName } from "../ui/member";
import { Empty } from "../ui/pane";
import { type Column, FactTable, whole } from "../ui/table";

const BOXES: readonly Column<SceneMember>[] = [
  { head: "Member", cell: (member) => <MemberName member={member.name} /> },
  { head: "Image", worth: 2, cell: (member) => <span className="mono">{member.image}</span> },
  { head: "Runs", cell: (member) => member.says },
  { head: "Listens on", fills: true, cell: (member) => <Ears member={member} /> },
];

function Ears({ member }: { readonly member: SceneMember }) {
  if (member.listeners.length === 0) return <span className="faint">nothing</span>;
  return (
    <ul className="mono">
      {member.listeners.map((each) => (
        <li key={`${each.protocol} ${each.port}`}>
          {endpoint(each.address, each.port)} {each.protocol}
          {each.isLoopback && <span className="faint">, the pod only</span>}
        </li>
      ))}
    </ul>
  );
}

const TALKS: readonly Column<Talk>[] = [
  {
    head: "From",
    cell: (talk) =>
      talk.from === null || talk.isOver ? (
        <span className="faint">closed lately</span>
      ) : (
        <MemberName member={talk.from} />
      ),
  },
  { head: "To", cell: (talk) => <MemberName member={talk.to} /> },
  { head: "At", fills: true, cell: (talk) => <span className="mono">{talk.address}</span> },
  { head: "Connections", align: "end", cell: (talk) => talk.count },
];

const WAYS: readonly Column<Published>[] = [
  {
    head: "Port of the host",
    cell: (port) => <span className="mono">{endpoint(port.hostIp || "*", port.hostPort)}</span>,
  },
  { head: "Port of the pod", cell: (port) => <span className="mono">{`${port.port} ${port.protocol}`}</span> },
  {
    head: "Leads to",
    fills: true,
    cell: (port) =>
      port.to === null ? <span className="faint">{nobody(port)}</span> : <MemberName member={port.to} />,
  },
  { head: "Open", align: "end", cell: (port) => port.count },
];

function nobody({ inside }: Published): string {
  return inside ? `nobody: ${inside.member} listens on ${inside.address} only` : "nobody";
}

export function PictureTable({ scene }: { readonly scene: Scene }) {
  return (
    <div className="parts">
      <FactTable
        caption="Who is in the pod"
        wraps="half"
        columns={BOXES}
        groups={whole(scene.members)}
        keyOf={(member) => member.name}
        lit={(member) => ({ lights: [`member:${member.name}`], answers: [`member:${member.name}`] })}
      />
      <h3>Connections inside</h3>
      {scene.talks.length === 0 ? (
        <Empty>None is open.</Empty>
      ) : (
        <FactTable
          caption="Connections inside"
          columns={TALKS}
          groups={whole(scene.talks)}
          keyOf={(talk) => talk.key}
        />
      )}
      <h3>From outside</h3>
      {scene.published.length === 0 ? (
        <Empty>No port of the host leads here.</Empty>
      ) : (
        <FactTable
          caption="From outside"
          columns={WAYS}
          groups={whole(scene.published)}
          keyOf={(port) => `${port.hostPort} ${port.protocol}`}
        />
      )}
      <p className="empty mono">
        {[
          ...scene.plugs.map((plug) => `${plug.name} ${plug.addresses}`),
          ...(scene.host ? [`${scene.host.end} on the host, bridge ${scene.host.bridge || "none"}`] : []),
        ].join(" · ")}
      </p>
    </div>
  );
}
