// The picture of a pod that is not there yet, drawn from its spec alone; and the same as a table.
import "./pod-to-be.css";
import { type ReactNode, useState } from "react";
import type { Form } from "../state/form";
import { type MemberToBe, type PodToBe, podToBe, type Row, rowsOf, sentencesOn } from "../state/pod-to-be";
import { type Box, cut, type Layout, layout, type Wire } from "../state/pod-to-be-layout";
import { hue, Members } from "../ui/hue";
import { useLit } from "../ui/lit";
import { MemberName } from "../ui/member";
import { Pane, Said } from "../ui/pane";
import { Switcher } from "../ui/switcher";
import { type Column, FactTable, whole } from "../ui/table";
import { useWidth } from "../ui/width";

const USUAL_WIDTH = 528;

export function PodToBePane({ form }: { readonly form: Form }) {
  const [isTable, setTable] = useState(false);
  const pod = podToBe(form);
  const sentences = sentencesOn(pod);
  return (
    <Pane
      title="The pod to be"
      aside="from the spec alone"
      actions={<Switch isTable={isTable} onChange={setTable} />}
      note={<Said sentences={sentences} />}
    >
      {isTable ? <PodTable pod={pod} /> : <Picture pod={pod} said={sentences} />}
    </Pane>
  );
}

const LOOKS = [
  { value: "picture", label: "Picture" },
  { value: "table", label: "Table" },
] as const;

interface SwitchProps {
  readonly isTable: boolean;
  readonly onChange: (isTable: boolean) => void;
}

function Switch({ isTable, onChange }: SwitchProps) {
  return (
    <Switcher
      label="The pod to be as"
      value={isTable ? "table" : "picture"}
      onChange={(look) => onChange(look === "table")}
      options={LOOKS}
    />
  );
}

const COLUMNS: readonly Column<Row>[] = [
  { head: "Member", cell: (row) => <MemberName member={row.member} /> },
  { head: "Image", fills: true, cell: (row) => <span className={row.member ? "mono" : "faint"}>{row.what}</span> },
  { head: "Network", worth: 2, cell: (row) => row.network },
  { head: "Processes", cell: (row) => row.processes },
  { head: "Ports", cell: (row) => row.ports },
];

function PodTable({ pod }: { readonly pod: PodToBe }) {
  return (
    <Members value={pod.members.map((member) => member.name)}>
      <div className="to-be-table">
        <FactTable caption="The pod to be" columns={COLUMNS} groups={whole(rowsOf(pod))} keyOf={(row) => row.member} />
      </div>
    </Members>
  );
}

function Picture({ pod, said }: { readonly pod: PodToBe; readonly said: readonly string[] }) {
  const { ref, width } = useWidth(USUAL_WIDTH);
  const places = layout(pod, width);
  const ids = pod.members.map((member) => String(member.id));
  const colour = (id: number) => hue(String(id), ids);
  return (
    <div className="to-be" ref={ref}>
      <svg
        width={places.width}
        height={places.height}
        viewBox={`0 0 ${places.width} ${places.height}`}
        role="img"
        aria-label={`Picture of the pod ${pod.name}. ${said.join(" ")}`}
      >
        <Around pod={pod} places={places} />
        <Wires wires={places.inside} colour={colour} />
        <Wires wires={places.loopback} colour={colour} isDashed />
        <Thing box={places.pause} lit="member:" look="hue-pause to-be-pause" title="pause">
          {pod.sharesProcesses ? "holds net ipc pid" : "holds net ipc"}
        </Thing>
        {pod.members.map((member) => (
          <MemberBox key={member.id} member={member} pod={pod} places={places} look={colour(member.id)} />
        ))}
        <Thing box={places.lo} lit="interface:lo" look="to-be-plain" title="lo">
          127.0.0.1/8
        </Thing>
        <Thing box={places.eth0} lit="interface:eth0" look="to-be-plain" title="eth0">
          address at start
        </Thing>
        <Outside pod={pod} places={places} colour={colour} />
        <Labels wires={places.loopback} />
      </svg>
    </div>
  );
}

function Around({ pod, places }: { readonly pod: PodToBe; readonly places: Layout }) {
  const { pod: box, tree, treeText } = places;
  return (
    <g className="hue-pause">
      <rect {...box} rx={14} className="to-be-pod" />
      <text x={box.x + 16} y={26} className="to-be-name">
        {cut(pod.name, box.width - 32)}
      </text>
      <text x={box.x + 16} y={44} className="to-be-mono">
        {cut(`hostname ${pod.hostname}`, box.width - 32)}
      </text>
      {tree && <rect {...tree} rx={10} className="to-be-tree" />}
      {(tree || places.columns === 2) && (
        <text x={treeText.x} y={treeText.y} className="to-be-mono">
          {cut(tree ? "one process tree" : "own processes each", treeText.width)}
        </text>
      )}
    </g>
  );
}

interface ThingProps {
  readonly box: Box;
  readonly lit: string;
  readonly look: string;
  readonly title: string;
  readonly children: string;
}

/** A box with a name and a line under it. */
function Thing({ box, lit, look, title, children }: ThingProps) {
  const room = box.width - 24;
  return (
    <g className={`to-be-box ${look}`} {...useLit(lit)}>
      <rect {...box} rx={10} />
      <text x={box.x + 12} y={box.y + 19} className="to-be-name">
        {cut(title, room)}
      </text>
      <text x={box.x + 12} y={box.y + 36} className="to-be-mono">
        {cut(children, room)}
      </text>
    </g>
  );
}

interface MemberProps {
  readonly member: MemberToBe;
  readonly pod: PodToBe;
  readonly places: Layout;
  readonly look: string;
}

function MemberBox({ member, pod, places, look }: MemberProps) {
  const lit = useLit(`member:${member.name}`);
  const box = places.members.get(member.id);
  if (!box) return null;
  const room = box.width - 24;
  const own = pod.sharesProcesses || places.columns === 2 ? "" : "own processes";
  const listens = member.listens.length > 0 ? `listens ${member.listens.join(", ")}` : "";
  return (
    <g className={`to-be-box ${look}`} {...lit}>
      <rect {...box} rx={10} />
      {!pod.sharesProcesses && (
        <rect x={box.x + 4} y={box.y + 4} width={box.width - 8} height={box.height - 8} rx={7} className="to-be-own" />
      )}
      <text x={box.x + 12} y={box.y + 23} className="to-be-name">
        {cut(member.name, room)}
      </text>
      <text x={box.x + 12} y={box.y + 42} className="to-be-mono">
        {cut(member.image, room)}
      </text>
      <text x={box.x + 12} y={box.y + 64} className="to-be-mono">
        {cut([listens, own].filter(Boolean).join(" · "), room)}
      </text>
    </g>
  );
}

interface WiresProps {
  readonly wires: readonly Wire[];
  readonly colour: (id: number) => string;
  readonly isDashed?: boolean;
}

function Wires({ wires, colour, isDashed }: WiresProps): ReactNode {
  return wires.map((wire) => (
    <path
      key={`${wire.memberId}${wire.text}`}
      d={wire.path}
      className={`to-be-wire ${colour(wire.memberId)}`}
      strokeDasharray={isDashed ? "6 5" : undefined}
    />
  ));
}

function Labels({ wires }: { readonly wires: readonly Wire[] }) {
  return wires.map(({ memberId, text, at }) => (
    <g key={`${memberId}${text}`} className="to-be-label">
      <rect x={at.x - 28} y={at.y - 13} width={56} height={20} rx={10} />
      <text x={at.x} y={at.y + 1} textAnchor="middle" className="to-be-mono">
        {text}
      </text>
    </g>
  ));
}

interface OutsideProps {
  readonly pod: PodToBe;
  readonly places: Layout;
  readonly colour: (id: number) => string;
}

function Outside({ pod, places, colour }: OutsideProps) {
  const isOpen = pod.published.length > 0;
  return (
    <>
      <path d={places.veth} className="to-be-veth" />
      <Thing box={places.host} lit="interface:host" look="to-be-hollow" title="host">
        {isOpen ? "bridge" : "no port open"}
      </Thing>
      {isOpen && (
        <>
          <path d={places.outside} className="to-be-out" />
          <text x={places.browser.x} y={places.browser.y} textAnchor="middle" className="to-be-caption">
            your browser
          </text>
        </>
      )}
      {places.ports.map(({ port, box }) => (
        <Thing
          key={port.id}
          box={box}
          lit={`port:${port.containerPort}`}
          look={`${colour(port.memberId)} to-be-port`}
          title={`:${port.hostPort}`}
        >
          {`→ ${port.containerPort}${port.protocol === "TCP" ? "" : `/${port.protocol}`}`}
        </Thing>
      ))}
    </>
  );
}
