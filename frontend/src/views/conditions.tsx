// The pod's conditions.
import { memo } from "react";
import type { Condition } from "../state/pod";
import { visible } from "../state/text";
import { Empty, Pane } from "../ui/pane";
import { type Column, FactTable, whole } from "../ui/table";

const COLUMNS: readonly Column<Condition>[] = [
  { head: "Condition", cell: (condition) => condition.type },
  {
    head: "Status",
    cell: (condition) => <span className={condition.status === "True" ? "good" : ""}>{condition.status}</span>,
  },
  { head: "Reason", own: true, cell: (condition) => visible(condition.reason) },
  { head: "Message", fills: true, cell: (condition) => visible(condition.message) },
];

export const Conditions = memo(function Conditions({ conditions }: { readonly conditions: readonly Condition[] }) {
  return (
    <Pane id="conditions" title="Conditions">
      {conditions.length === 0 ? (
        <Empty>None yet: no node has taken the pod.</Empty>
      ) : (
        <FactTable
          caption="Conditions"
          wraps="half"
          columns={COLUMNS}
          groups={whole(conditions)}
          keyOf={(each) => each.type}
        />
      )}
    </Pane>
  );
});
