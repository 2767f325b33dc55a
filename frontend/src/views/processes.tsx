// Every process of the pod as `ps -ef` prints it from inside, with what only the node knows beside it.
import { type ReactNode, useContext, useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import type { Process } from "../api/wire";
import type { PodFacts } from "../state/pod";
import { byMember, insidePids, ordered, processSentence, stateWord } from "../state/processes";
import { counted, visible } from "../state/text";
import { Members } from "../ui/hue";
import { MemberName } from "../ui/member";
import { Empty, Pane, Said } from "../ui/pane";
import { Short } from "../ui/short";
import { type Column, FactTable, whole } from "../ui/table";

const COLUMNS: readonly Column<Process>[] = [
  { head: "Member", cell: (process) => <MemberName member={process.member} /> },
  { head: "UID", cell: (process) => <Short text={visible(process.user)} /> },
  { head: "PID", align: "end", cell: (process) => process.pid },
  { head: "PPID", worth: 2, align: "end", cell: (process) => process.ppid },
  { head: "C", worth: 3, align: "end", cell: (process) => process.c },
  { head: "STIME", worth: 3, cell: (process) => process.stime },
  { head: "TTY", worth: 3, cell: (process) => visible(process.tty) },
  { head: "TIME", worth: 2, cell: (process) => process.time },
  { head: "CMD", fills: true, cell: (process) => <span className="words">{visible(process.cmd)}</span> },
  { head: "Host PID", worth: 2, align: "end", cell: (process) => <span className="faint">{process.hostPid}</span> },
  {
    head: "PIDs inside",
    title: "Its PID in each nested namespace, outermost first",
    worth: 3,
    cell: (process) => <span className="faint">{insidePids(process).join(" › ")}</span>,
  },
  { head: "State", worth: 3, cell: (process) => <span title={stateWord(process.state)}>{process.state}</span> },
];

interface Props {
  readonly processes: readonly Process[] | undefined;
  readonly truncated: boolean | undefined;
  readonly pod: PodFacts;
  readonly later: ReactNode;
}

export function Processes({ processes, truncated, pod, later }: Props) {
  const [grouping, setGrouping] = useState<"all" | "member">("all");
  const members = useContext(Members);
  if (!processes) {
    return (
      <Pane title="Processes" wide>
        {later}
      </Pane>
    );
  }
  const groups =
    grouping === "all"
      ? whole(ordered(processes, members))
      : byMember(processes, members).map((group) => ({
          key: group.member || "pause",
          head: <MemberName member={group.member} />,
          rows: group.processes,
        }));
  const aside = `ps -ef, from inside: ${counted(processes.length, "process", "processes")}`;
  return (
    <Pane
      title="Processes"
      wide
      aside={aside}
      actions={<Grouping value={grouping} onChange={setGrouping} />}
      note={processes.length > 0 && <Said sentences={sentences(processes, pod, truncated === true)} />}
    >
      {processes.length === 0 ? (
        <Empty>No process runs in this pod.</Empty>
      ) : (
        <div className="mono">
          <FactTable
            caption="Processes"
            columns={COLUMNS}
            groups={groups}
            keyOf={(process) => process.hostPid}
            look={(process) => (process.state.startsWith("Z") ? "bad" : "")}
          />
        </div>
      )}
    </Pane>
  );
}

function sentences(processes: readonly Process[], pod: PodFacts, truncated: boolean): readonly string[] {
  const said = [processSentence(processes, pod.sharesProcesses)];
  if (truncated) said.push("There are more than are shown here.");
  return said;
}

interface GroupingProps {
  readonly value: "all" | "member";
  readonly onChange: (value: "all" | "member") => void;
}

function Grouping({ value, onChange }: GroupingProps) {
  return (
    <ToggleButtonGroup
      className="switcher"
      aria-label="Group processes"
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => onChange(keys.has("member") ? "member" : "all")}
    >
      <ToggleButton id="all">All</ToggleButton>
      <ToggleButton id="member">By member</ToggleButton>
    </ToggleButtonGroup>
  );
}
