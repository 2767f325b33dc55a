// The same as the tracks of a timeline, as a table: every moment, newest first, and a way to it.
import { useMemo } from "react";
import { clock, visible } from "../state/text";
import type { Moment } from "../state/timeline";
import { Button } from "../ui/button";
import { MemberName } from "../ui/member";
import { Empty } from "../ui/pane";
import { type Column, FactTable, whole } from "../ui/table";

const TRACKS = { engine: "Engine", kubernetes: "Kubernetes", terminal: "Terminal" } satisfies Record<
  Moment["track"],
  string
>;

interface Props {
  readonly happened: readonly Moment[];
  readonly onGo: (moment: number) => void;
}

export function MomentTable({ happened, onGo }: Props) {
  const newest = useMemo(() => whole([...happened].reverse()), [happened]);
  const columns: readonly Column<Moment>[] = useMemo(
    () => [
      { head: "Time", cell: ({ at }) => <span className="mono faint">{clock(at)}</span> },
      { head: "Track", worth: 3, cell: ({ track }) => TRACKS[track] },
      { head: "Member", worth: 2, cell: ({ member }) => (member === null ? "" : <MemberName member={member} />) },
      { head: "What", cell: (each) => <span className={each.isBad ? "bad" : ""}>{visible(each.title)}</span> },
      { head: "More", fills: true, cell: ({ detail }) => <span className="words">{visible(detail)}</span> },
      {
        head: "Moment",
        cell: ({ at, member, title }) => (
          <Button
            kind="quiet"
            aria-label={`Go to ${clock(at)}, ${member === "" ? "pause" : (member ?? "")} ${visible(title)}`}
            onPress={() => onGo(at)}
          >
            Go there
          </Button>
        ),
      },
    ],
    [onGo],
  );
  if (happened.length === 0) return <Empty>Nothing has happened yet.</Empty>;
  return (
    <div className="scrolls">
      <FactTable caption="Moments" wraps="narrow" columns={columns} groups={newest} keyOf={(each) => each.key} />
    </div>
  );
}
