// Pause's members as the pod's status has them, reasons and messages whole.
import { memo, type ReactNode } from "react";
import type { PullView } from "../api/wire";
import { type MemberFacts, type PodFacts, troubled } from "../state/pod";
import { pullWords } from "../state/pulls";
import { clock, visible, zone } from "../state/text";
import { MemberName } from "../ui/member";
import { Pane } from "../ui/pane";
import { Short } from "../ui/short";
import { type Column, FactTable, type Keys, whole } from "../ui/table";

function told(member: MemberFacts, pulls: readonly PullView[]): string {
  const pull = pulls.find((each) => each.reference === member.image);
  if (member.state === "waiting" && pull) return pullWords(pull);
  const exit = member.exitCode === null ? "" : `exit code ${member.exitCode}`;
  const since = member.state === "running" && member.startedAt ? `since ${clock(member.startedAt)}` : "";
  return [member.message, exit, since].filter(Boolean).join(" · ");
}

function keysOf({ name }: MemberFacts): Keys {
  return { lights: [`member:${name}`], answers: [`member:${name}`, `of:${name}`] };
}

interface Props {
  readonly pod: PodFacts;
  /** Those whose processes stand still. */
  readonly frozen: ReadonlySet<string>;
  /** Pulls that go on. */
  readonly pulls: readonly PullView[];
  /** What can be done to a member, where something can. */
  readonly acts?: (member: MemberFacts) => ReactNode;
}

export const MemberStates = memo(function MemberStates({ pod, frozen, pulls, acts }: Props) {
  const wrong = new Set(troubled(pod).map((member) => member.name));
  const columns: readonly Column<MemberFacts>[] = [
    {
      head: "Member",
      cell: ({ name, role }) => (
        <>
          <MemberName member={name} />
          {role && <span className="hint"> {role}</span>}
        </>
      ),
    },
    { head: "Image", worth: 2, cell: (member) => <Short mono text={visible(member.image)} /> },
    {
      head: "State",
      cell: (member) => (
        <span className={wrong.has(member.name) ? "bad" : ""}>
          {member.state}
          {member.reason && `: ${visible(member.reason)}`}
          {member.state === "running" && frozen.has(member.name) && ", frozen"}
        </span>
      ),
    },
    { head: "Ready", worth: 2, cell: (member) => (member.ready ? "yes" : "no") },
    { head: "Restarts", worth: 3, align: "end", cell: (member) => <span className="mono">{member.restarts}</span> },
    {
      head: "What it says",
      fills: true,
      cell: (member) => <span className="words">{visible(told(member, pulls))}</span>,
    },
    ...(acts ? [{ head: "Do", align: "end", cell: acts } as const] : []),
  ];
  return (
    <Pane id="members" title="Members" aside={zone()}>
      <FactTable
        caption="Members"
        wraps="narrow"
        columns={columns}
        groups={whole(pod.members)}
        keyOf={(member) => member.name}
        lit={keysOf}
      />
    </Pane>
  );
});
