// Every process of the pod as `ps -ef` prints it from inside, with what only the node knows beside it.
import { memo, useContext, useMemo, useState } from "react";
import { ToggleButton } from "react-aria-components";
import type { Process } from "../api/wire";
import { bytes } from "../state/limits";
import { type Branch, byMember, flat, insidePids, processSentence, stateWord, tree } from "../state/processes";
import { counted, visible } from "../state/text";
import { Members } from "../ui/hue";
import { MemberName } from "../ui/member";
import { Empty, Pane, Said } from "../ui/pane";
import { Short } from "../ui/short";
import { Switcher } from "../ui/switcher";
import { type Column, chunked, FactTable, type Group, type Keys, whole } from "../ui/table";

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

function lookOf({ process }: Branch): string {
  return process.state.startsWith("Z") ? "bad" : "";
}

function keyOf({ process }: Branch): number {
  return process.hostPid;
}

/** From so many processes on, the table is laid out in parts of this many rows, and only those in sight. */
const MANY = 60;
const PART = 16;

type Order = "all" | "member" | "tree";

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
  readonly sharesProcesses: boolean;
  readonly later: string;
}

export const Processes = memo(function Processes({ processes, truncated, sharesProcesses, later }: Props) {
  const [order, setOrder] = useState<Order>("all");
  const [isFull, setFull] = useState(false);
  const members = useContext(Members);
  const isLarge = processes !== undefined && processes.length > MANY;
  const groups = useMemo(() => {
    const all = groupsOf(processes ?? [], members, order);
    return isLarge ? chunked(all, PART) : all;
  }, [processes, members, order, isLarge]);
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
      note={<Said sentences={sentences(processes, sharesProcesses, truncated === true)} />}
    >
      <div className={isLarge ? "mono scrolls many" : "mono scrolls"}>
        <FactTable
          caption="Processes"
          wraps="narrow"
          columns={COLUMNS}
          groups={groups}
          keyOf={keyOf}
          look={lookOf}
          lit={keysOf}
        />
      </div>
    </Pane>
  );
});

function sentences(processes: readonly Process[], sharesProcesses: boolean, truncated: boolean): readonly string[] {
  const said = [processSentence(processes, sharesProcesses)];
  if (truncated) said.push("There are more than are shown here.");
  return said;
}

const ORDERS = [
  { value: "all", label: "All" },
  { value: "member", label: "By member" },
  { value: "tree", label: "Tree" },
] as const;

interface OrdersProps {
  readonly value: Order;
  readonly onChange: (value: Order) => void;
}

function Orders({ value, onChange }: OrdersProps) {
  return <Switcher label="Group processes" value={value} onChange={onChange} options={ORDERS} />;
}
