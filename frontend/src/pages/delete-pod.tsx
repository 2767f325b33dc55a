// Ends a pod, after asking.
import { useMutation } from "@tanstack/react-query";
import { deletePod } from "../api/client";
import { told } from "../api/refusal";
import type { PodFacts } from "../state/pod";
import { counted, listed } from "../state/text";
import { Confirm } from "../ui/confirm";
import { Problem } from "../ui/pane";

export function DeletePod({ pod }: { readonly pod: PodFacts }) {
  const end = useMutation({ mutationFn: () => deletePod(pod.namespace, pod.name) });
  return (
    <>
      <Confirm
        trigger="Delete pod"
        title={`Delete ${pod.name}?`}
        verb="Delete"
        isBusy={end.isPending}
        isDisabled={pod.deletedAt !== ""}
        onConfirm={end.mutate}
      >
        <p>
          The processes of {listed(pod.members.map((member) => member.name))} get {counted(pod.graceSeconds, "second")}{" "}
          to end. What they wrote, their logs and this page's history are lost. It cannot be undone.
        </p>
      </Confirm>
      {end.isError && <Problem title={told(end.error)} />}
    </>
  );
}
