// The journal, newest first; equal events are counted, not repeated.
import type { EventFacts } from "../state/pod";
import { clock, visible, zone } from "../state/text";
import { Empty, Pane } from "../ui/pane";
import { type Column, FactTable, whole } from "../ui/table";

const COLUMNS: readonly Column<EventFacts>[] = [
  { head: "Time", cell: (event) => <span className="mono faint">{clock(event.lastSeen)}</span> },
  { head: "Reason", cell: (event) => <span className={event.type === "Warning" ? "bad" : ""}>{event.reason}</span> },
  {
    head: "Message",
    fills: true,
    cell: (event) => (
      <span className="words" title={event.about}>
        {visible(event.message)}
        {event.count > 1 && <span className="faint mono"> ×{event.count}</span>}
      </span>
    ),
  },
];

export function Events({ events }: { readonly events: readonly EventFacts[] }) {
  return (
    <Pane title="Events" aside={events.length > 0 ? `newest first, ${zone()}` : undefined}>
      {events.length === 0 ? (
        <Empty>Nothing has happened yet.</Empty>
      ) : (
        <FactTable
          caption="Events"
          wraps="narrow"
          columns={COLUMNS}
          groups={whole([...events].reverse())}
          keyOf={(event) => event.uid || `${event.reason} ${event.message}`}
        />
      )}
    </Pane>
  );
}
