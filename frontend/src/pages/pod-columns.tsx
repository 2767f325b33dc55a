// The columns that every table of pods begins with.
import { Link } from "react-router";
import type { PodFacts } from "../state/pod";
import { age } from "../state/text";
import type { Column } from "../ui/table";
import { PhaseWithReason } from "./pod-facts";

export const NAME: Column<PodFacts> = {
  head: "Name",
  fills: true,
  cell: (pod) => (
    <Link className="strong words" to={`/pods/${pod.namespace}/${pod.name}`}>
      {pod.name}
    </Link>
  ),
};

export const PHASE: Column<PodFacts> = { head: "Phase", cell: (pod) => <PhaseWithReason pod={pod} /> };

export const AGE: Column<PodFacts> = {
  head: "Age",
  align: "end",
  cell: (pod) => <span className="mono">{age(pod.createdAt, Date.now())}</span>,
};
