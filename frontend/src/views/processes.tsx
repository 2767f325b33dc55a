// Every process of the pod as `ps -ef` prints it from inside, with what only the node knows beside it.
import { memo, useCallback, useContext, useMemo, useState } from "react";
import { ToggleButton } from "react-aria-components";
import type { Passed, Process } from "../api/wire";
import { bytes } from "../state/limits";
import {
  type Branch,
  byMember,
  flat,
  insidePids,
  isZombie,
  processSentence,
  stateWord,
  tree,
  zombieSentences,
} from "../state/processes";
import { counted, visible } from "../state/text";
import { useInAddress } from "../ui/address";
import { Members } from "../ui/hue";
import { useLeaving } from "../ui/leaving";
import { MemberName } from "../ui/member";
import { Empty, Pane, Said } from "../ui/pane";
import { Short } from "../ui/short";
import { Switcher } from "../ui/switcher";
import { type Column, chunked, FactTable, type Group, type Keys, whole } from "../ui/table";
import { PassedBy } from "./passed";

const COLUMNS: readonly Column<Branch>[] = [
  { head: "Member", cell: ({ process }) => <MemberName member={process.member} /> },
  { head: "UID", cell: ({ process }) => <Short text={visible(process.user)} /> },
  { head: "PID", align: "end", cell: ({ process }) => process.pid },
  { head: "PPID", worth: 2, align: "end", cell: ({ process }) => process.ppid },
  { head: "C", worth: 3, align: "end", cell: ({ process }) => process.c },
  { head: "STIME", worth: 3, cell: ({ process }) => process.stime },
  { head: "TTY", worth: 3, cell: ({ process }) => visible(process.tty) },
  { head: "TIME", worth: 2, cell: ({ process }) => process.time },
  { head: "CMD", fills: true, cell: ({ process, lines }) => <Cmd cmd={process.cmd} lines={lines} /> },
  {
    head: "Host PID",
    worth: 2,
    align: "end",
    cell: ({ process }) => <span className="faint">{process.hostPid}</span>,
  },
  {
    head: "PIDs inside",
    title: "Its PID in each nested namespace, outermost first",
    worth: 3,
    cell: ({ process }) => <span className="faint">{insidePids(process).join(" › ")}</span>,
  },
  { head: "CPU", title: "Of one CPU, lately", worth: 3, align: "end", cell: ({ process }) => `${process.cpu} %` },
  { head: "Memory", title: "Resident", worth: 3, align: "end", cell: ({ process }) => bytes(process.rss) },
  { head: "Threads", worth: 3, align: "end", cell: ({ process }) => process.threads },
  {
    head: "Reaper",
    title: "Who inherits its children when it ends: the first process of its PID namespace",
    worth: 3,
    cell: ({ reaper }) => <span className="faint">{reaper}</span>,
  },
  { head: "State", worth: 3, cell: ({ process }) => <span title={stateWord(process.state)}>{process.state}</span> },
];

const Cmd = memo(function Cmd({ cmd, lines }: { readonly cmd: string; readonly lines: string }) {
  return (
    <span className="words">
      {lines && (
        <span className="branch" aria-hidden="true">
          {lines}
        </span>
      )}
      {visible(cmd)}
    </span>
  );
});

function keysOf({ process }: Branch): Keys {
  const pid = `pid:${process.hostPid}`;
  return { lights: [pid, `of:${process.member}`], answers: [pid, `member:${process.member}`] };
}

function keyOf({ process }: Branch): number {
  return process.hostPid;
}

/** From so many processes on, the table is laid out in parts of this many rows, and only those in sight. */
const MANY = 60;
const PART = 16;

const ORDERS = [
  { value: "all", label: "All" },
  { value: "member", label: "By member" },
  { value: "tree", label: "Tree" },
] as const;
type Order = (typeof ORDERS)[number]["value"];
const ORDER_KEYS = ORDERS.map(({ value }) => value);

function groupsOf(processes: readonly Process[], members: readonly string[], order: Order): readonly Group<Branch>[] {
  switch (order) {
    case "all":
      return whole(flat(processes, members));
    case "tree":
      return whole(tree(processes, members));
    case "member":
      return byMember(processes, members).map((group) => ({
        key: group.member || "pause",
        head: <MemberName member={group.member} />,
        rows: flat(group.processes, members),
      }));
  }
}

interface Props {
  readonly processes: readonly Process[] | undefined;
  readonly truncated: boolean | undefined;
  /** Not there in what was recorded before there were any. */
  readonly passed?: readonly Passed[] | undefined;
  readonly passedProblem?: string | undefined;
  readonly sharesProcesses: boolean;
  readonly later: string;
}

const NONE: readonly Process[] = [];

export const Processes = memo(function Processes(props: Props) {
  const { processes, passed, later } = props;
  const [order, setOrder] = useInAddress<Order>("processes", "all", ORDER_KEYS);
  const [isFull, setFull] = useState(false);
  const members = useContext(Members);
  const isLarge = processes !== undefined && processes.length > MANY;
  const leaving = useLeaving(processes ?? NONE, hostPidOf, isLarge);
  const groups = useMemo(() => {
    const all = groupsOf([...(processes ?? NONE), ...leaving], members, order);
    return isLarge ? chunked(all, PART) : all;
  }, [processes, leaving, members, order, isLarge]);
  const look = useCallback(({ process }: Branch) => lookOf(process, leaving), [leaving]);
  if (!processes || processes.length === 0) {
    return (
      <Pane id="processes" title="Processes">
        <Empty>{processes ? "No process runs in this pod." : later}</Empty>
      </Pane>
    );
  }
  return (
    <Pane
      id="processes"
      title="Processes"
      look={isFull ? "pane-full" : "pane-beside"}
      aside={`ps -ef, from inside: ${counted(processes.length, "process", "processes")}`}
      actions={
        <>
          <ToggleButton className="button button-quiet full-switch" isSelected={isFull} onChange={setFull}>
            All columns
          </ToggleButton>
          <Orders value={order} onChange={setOrder} />
        </>
      }
      note={<Said sentences={sentences(props, processes)} />}
    >
      <div className={isLarge ? "mono scrolls many" : "mono scrolls"}>
        <FactTable
          caption="Processes"
          wraps="narrow"
          columns={COLUMNS}
          groups={groups}
          keyOf={keyOf}
          look={look}
          lit={keysOf}
        />
      </div>
      {passed && passed.length > 0 && <PassedBy passed={passed} />}
    </Pane>
  );
});

function hostPidOf({ hostPid }: Process): number {
  return hostPid;
}

function lookOf(process: Process, leaving: readonly Process[]): string {
  return [isZombie(process) && "bad zombie", leaving.includes(process) && "leaving"].filter(Boolean).join(" ");
}

function sentences(
  { sharesProcesses, truncated, passedProblem }: Props,
  processes: readonly Process[],
): readonly string[] {
  const said = [processSentence(sharesProcesses), ...zombieSentences(processes)];
  if (truncated) said.push("There are more than are shown here.");
  if (passedProblem) said.push(`One that lives for less than a tenth of a second can be missed: ${passedProblem}.`);
  return said;
}

interface OrdersProps {
  readonly value: Order;
  readonly onChange: (value: Order) => void;
}

function Orders({ value, onChange }: OrdersProps) {
  return <Switcher label="Group processes" value={value} onChange={onChange} options={ORDERS} />;
}
