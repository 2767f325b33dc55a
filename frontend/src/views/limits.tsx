// What the containers of a pod may use and use, may do, see mounted and were started with, beside each other.
import type { ReactNode } from "react";
import type { History, Inspected, Inspection, Point } from "../state/limits";
import { bytes, cpus, limitSentences, percent } from "../state/limits";
import { called } from "../state/namespaces";
import { type Compared, type ComparedVariable, capabilitiesOf, environmentOf, rightsOf } from "../state/rights";
import { visible } from "../state/text";
import { useInAddress } from "../ui/address";
import { useHue } from "../ui/hue";
import { MemberName } from "../ui/member";
import { Pane, Said } from "../ui/pane";
import { Switcher } from "../ui/switcher";
import { type Column, FactTable, whole } from "../ui/table";
import { Chart, type Line } from "./chart";

const PARTS = [
  { value: "use", label: "Use" },
  { value: "rights", label: "Rights" },
  { value: "mounts", label: "Mounts" },
  { value: "environment", label: "Environment" },
] as const;
type Part = (typeof PARTS)[number]["value"];
const KEYS = PARTS.map(({ value }) => value);

interface Props {
  readonly reading: Inspection;
  readonly history: History;
}

export function Limits({ reading, history }: Props) {
  const [part, setPart] = useInAddress<Part>("limits", "use", KEYS);
  const problems = reading.members.flatMap(({ member, problems: all }) =>
    all.map((why) => `${called(member)}: ${why}`),
  );
  const note = part === "use" ? limitSentences(reading, history, called) : SENTENCES[part];
  return (
    <Pane
      id="limits"
      title="Limits and rights"
      wide
      aside="read from the kernel, once a second while it is in sight"
      actions={<Switcher label="Show" value={part} onChange={setPart} options={PARTS} />}
      note={<Said sentences={[...note, ...problems.map((problem) => `Not read: ${visible(problem)}.`)]} />}
    >
      {part === "use" && <Use reading={reading} history={history} />}
      {part === "rights" && <Rights members={reading.members} />}
      {part === "mounts" && <Mounts members={reading.members} />}
      {part === "environment" && <Environment members={reading.members} />}
    </Pane>
  );
}

/** Wider than its pane at times, and then moved with the arrow keys too. */
function Scrolled({ children }: { readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no pointer scrolls it by its focus
    <section className="mono scrolls" tabIndex={0} aria-label="Tables that scroll">
      {children}
    </section>
  );
}

const SENTENCES: Readonly<Record<Exclude<Part, "use">, readonly string[]>> = {
  rights: [
    "Of each container's first process; what differs between them is marked.",
    "Bounding only: it does not have the capability, and a set-user-id program could still get it.",
  ],
  mounts: ["In the order in which they were mounted: a later one hides what lies below it, which is struck through."],
  environment: [
    "As the first process was started; what it changed since is its own. Values from Secrets are not shown.",
  ],
};

const MEASURES = [
  { title: "CPU", of: (point: Point) => point.cpu, tell: cpus },
  { title: "Memory", of: (point: Point) => point.memory, tell: bytes },
  { title: "Periods throttled", of: (point: Point) => point.throttled, tell: percent },
  {
    title: "Processes and threads",
    of: (point: Point) => point.pids,
    tell: (count: number) => String(Math.round(count)),
  },
  { title: "Disk, read and written a second", of: (point: Point) => point.io, tell: bytes },
] as const;

function Use({ reading, history }: Props) {
  const hue = useHue();
  const lines = (of: (point: Point) => number | null): readonly Line[] =>
    reading.members.map(({ member }) => ({
      name: called(member),
      look: hue(member),
      points: (history.get(member)?.points ?? []).map((point) => [point.at, of(point)]),
    }));
  return (
    <>
      <div className="charts">
        {MEASURES.map(({ title, of, tell }) => (
          <Chart key={title} title={title} lines={lines(of)} tell={tell} />
        ))}
      </div>
      <Scrolled>
        <FactTable
          caption="Limits and use"
          columns={useColumns(history)}
          groups={whole(reading.members)}
          keyOf={(row) => row.member || "pause"}
        />
      </Scrolled>
    </>
  );
}

function known(value: number | null | undefined, tell: (value: number) => string, none = "unknown"): string {
  return typeof value === "number" ? tell(value) : none;
}

function useColumns(history: History): readonly Column<Inspected>[] {
  const last = (member: string) => history.get(member)?.points.at(-1);
  const count = (value: number) => String(value);
  return [
    { head: "Member", cell: ({ member }) => <MemberName member={member} /> },
    { head: "CPU now", align: "end", cell: ({ member }) => known(last(member)?.cpu, cpus, "…") },
    { head: "Limit", title: "CPU limit", align: "end", cell: ({ limits }) => known(limits?.cpus, cpus, "none") },
    { head: "Shares", worth: 3, align: "end", cell: ({ limits }) => known(limits?.cpuShares, count) },
    { head: "Throttled", worth: 2, align: "end", cell: ({ usage }) => known(usage?.throttledUs, seconds) },
    { head: "Memory", align: "end", cell: ({ usage }) => known(usage?.memory, bytes) },
    { head: "Peak", worth: 3, align: "end", cell: ({ usage }) => known(usage?.memoryPeak, bytes) },
    { head: "Of", title: "Memory limit", align: "end", cell: ({ limits }) => known(limits?.memory, bytes, "no limit") },
    {
      head: "Processes",
      worth: 2,
      align: "end",
      cell: ({ usage, limits }) => `${known(usage?.pids, count)} of ${known(limits?.pids, count, "any")}`,
    },
    { head: "Read", worth: 3, align: "end", cell: ({ usage }) => known(usage?.ioRead, bytes) },
    { head: "Written", worth: 3, align: "end", cell: ({ usage }) => known(usage?.ioWritten, bytes) },
    {
      head: "OOM kills",
      worth: 2,
      align: "end",
      cell: ({ usage }) => <span className={usage?.oomKills ? "bad" : ""}>{known(usage?.oomKills, count)}</span>,
    },
  ];
}

function seconds(microseconds: number): string {
  return `${(microseconds / 1e6).toFixed(1)} s`;
}

/** A column a member behind the fact's own; the index keeps its place. */
function memberColumns<Row>(
  members: readonly Inspected[],
  tell: (row: Row, at: number) => string,
): readonly Column<Row>[] {
  return members.map(({ member }, at) => ({
    head: called(member),
    cell: (row) => <span className="compared">{visible(tell(row, at))}</span>,
  }));
}

function Rights({ members }: { readonly members: readonly Inspected[] }) {
  const columns = (head: string): readonly Column<Compared>[] => [
    { head, cell: ({ fact, differs }) => <Marked text={fact} differs={differs} /> },
    ...memberColumns<Compared>(members, (row, at) => row.values[at] ?? ""),
    { head: "Means", worth: 2, fills: true, cell: ({ about }) => <span className="hint">{about}</span> },
  ];
  const key = ({ fact }: Compared) => fact;
  return (
    <Scrolled>
      <FactTable caption="Rights" columns={columns("Right")} groups={whole(rightsOf(members))} keyOf={key} />
      <FactTable
        caption="Capabilities"
        columns={columns("Capability")}
        groups={whole(capabilitiesOf(members))}
        keyOf={key}
      />
    </Scrolled>
  );
}

function Marked({ text, differs }: { readonly text: string; readonly differs: boolean }) {
  return (
    <>
      {visible(text)}
      {differs && <span className="hint"> differs</span>}
    </>
  );
}

interface MountRow {
  readonly key: string;
  readonly mount: Inspected["mounts"][number];
}

const MOUNT_COLUMNS: readonly Column<MountRow>[] = [
  {
    head: "Mounted on",
    cell: ({ mount }) => <span className={mount.hidden ? "mount-hidden" : ""}>{visible(mount.point)}</span>,
  },
  { head: "Type", cell: ({ mount }) => visible(mount.type) },
  { head: "", title: "Read-only", cell: ({ mount }) => (mount.readOnly ? "ro" : "rw") },
  { head: "What it is", fills: true, cell: ({ mount }) => <span className="words">{visible(mount.source)}</span> },
  { head: "Hidden by", worth: 2, cell: ({ mount }) => visible(mount.hidden) },
  {
    head: "Options",
    worth: 3,
    cell: ({ mount }) => <span className="faint words">{visible(mount.options.join(","))}</span>,
  },
];

function Mounts({ members }: { readonly members: readonly Inspected[] }) {
  const groups = members.map(({ member, mounts }) => ({
    key: member || "pause",
    head: <MemberName member={member} />,
    rows: mounts.map((mount, at) => ({ key: `${member} ${at}`, mount })),
  }));
  return (
    <Scrolled>
      <FactTable caption="Mounts" wraps="half" columns={MOUNT_COLUMNS} groups={groups} keyOf={({ key }) => key} />
    </Scrolled>
  );
}

function Environment({ members }: { readonly members: readonly Inspected[] }) {
  const columns: readonly Column<ComparedVariable>[] = [
    { head: "Variable", cell: ({ name, differs }) => <Marked text={name} differs={differs && members.length > 1} /> },
    ...memberColumns<ComparedVariable>(members, (row, at) => row.values[at] ?? "–"),
  ];
  return (
    <Scrolled>
      <FactTable
        caption="Environment"
        columns={columns}
        groups={whole(environmentOf(members))}
        keyOf={({ name }) => name}
      />
    </Scrolled>
  );
}
