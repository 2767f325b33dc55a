// My pods as a table: the same facts as the cards.
import { useRef } from "react";
import { isNear, leftOf } from "../state/lifetime";
import { miniature, sharing } from "../state/miniature";
import type { PodFacts } from "../state/pod";
import { span } from "../state/text";
import { Members } from "../ui/hue";
import { MemberName } from "../ui/member";
import { Pane } from "../ui/pane";
import { type Column, FactTable, whole } from "../ui/table";
import { DeletePod } from "./delete-pod";
import { useGlance } from "./glance";
import { AGE, NAME, PHASE } from "./pod-columns";
import { Ports } from "./pod-facts";

export function PodTable({ pods, title }: { readonly pods: readonly PodFacts[]; readonly title: string }) {
  return (
    <Pane title={title} aside="refreshed every 2 seconds">
      <FactTable caption="Pods" columns={COLUMNS} groups={whole(pods)} keyOf={(pod) => pod.uid || pod.name} />
    </Pane>
  );
}

const COLUMNS: readonly Column<PodFacts>[] = [
  NAME,
  PHASE,
  { head: "Members", worth: 2, cell: (pod) => <MemberList pod={pod} /> },
  { head: "Namespaces", worth: 3, cell: (pod) => <Sharing pod={pod} /> },
  { head: "IP", worth: 2, cell: (pod) => <span className="mono">{pod.podIP}</span> },
  { head: "Ports", worth: 2, cell: (pod) => <Ports pod={pod} published={[]} /> },
  AGE,
  { head: "Ends in", worth: 3, align: "end", cell: (pod) => <EndsIn pod={pod} /> },
  { head: "Actions", worth: 2, align: "end", cell: (pod) => <DeletePod pod={pod} quiet /> },
];

function EndsIn({ pod }: { readonly pod: PodFacts }) {
  const left = leftOf(pod, Date.now());
  return <span className={isNear(left) ? "mono bad" : "mono"}>{left === null ? "" : span(left)}</span>;
}

function Sharing({ pod }: { readonly pod: PodFacts }) {
  const place = useRef<HTMLSpanElement>(null);
  const { seen, watch } = useGlance(pod, place);
  const rows = ["", ...pod.members.map((member) => member.name)];
  return (
    <span ref={place} className="hint">
      {watch}
      {seen.namespaces ? sharing(miniature(seen.namespaces, rows), rows) : "…"}
    </span>
  );
}

function MemberList({ pod }: { readonly pod: PodFacts }) {
  const names = pod.members.map((member) => member.name);
  return (
    <Members value={names}>
      <span className="members">
        {names.map((name) => (
          <MemberName key={name} member={name} />
        ))}
      </span>
    </Members>
  );
}
