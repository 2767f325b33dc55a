// The journal, newest first; equal events are counted, not repeated.
import { memo, useMemo } from "react";
import type { EventFacts } from "../state/pod";
import { clock, visible, zone } from "../state/text";
import { Empty, Pane } from "../ui/pane";
import { type Column, FactTable, type Keys, whole } from "../ui/table";

const COLUMNS: readonly Column<EventFacts>[] = [
  { head: "Time", cell: (event) => <span className="mono faint">{clock(event.lastSeen)}</span> },
  {
    head: "Reason",
    cell: (event) => <span className={event.type === "Warning" ? "bad" : ""}>{visible(event.reason)}</span>,
  },
  {
    head: "Message",
    fills: true,
    cell: (event) => (
      <span className="words" title={visible(event.about)}>
        {visible(event.message)}
        {event.count > 1 && <span className="faint mono"> ×{event.count}</span>}
      </span>
    ),
  },
];

/** "web" of "spec.containers{web}"; what is about the pod as a whole is about no member. */
function keysOf({ about }: EventFacts): Keys {
  const member = /^spec\.containers\{(.+)\}$/.exec(about)?.[1];
  return member === undefined
    ? { lights: [], answers: [] }
    : { lights: [`of:${member}`], answers: [`member:${member}`] };
}

export const Events = memo(function Events({ events }: { readonly events: readonly EventFacts[] }) {
  const newest = useMemo(() => whole([...events].reverse()), [events]);
  return (
    <Pane id="events" title="Events" aside={events.length > 0 ? `newest first, ${zone()}` : undefined}>
      {events.length === 0 ? (
        <Empty>Nothing has happened yet.</Empty>
      ) : (
        <div className="scrolls">
          <FactTable
            caption="Events"
            wraps="narrow"
            columns={COLUMNS}
            groups={newest}
            lit={keysOf}
            keyOf={(event) => event.uid || `${event.reason} ${event.message}`}
          />
        </div>
      )}
    </Pane>
  );
});
