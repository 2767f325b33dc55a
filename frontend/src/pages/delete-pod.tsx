// Ends a pod after a while in which it can be undone. One button: pressed again it takes the deletion back.
import type { PodFacts } from "../state/pod";
import { Button } from "../ui/button";
import { useDeletion } from "./deletions";
import { useMayChange } from "./may-change";

interface Props {
  readonly pod: PodFacts;
  /** In a list the name belongs to the button; the eye sees it from the place. */
  readonly quiet?: boolean;
}

export function DeletePod({ pod, quiet }: Props) {
  const { left, isSent, ask, undo } = useDeletion(pod);
  if (!useMayChange()) return null;
  const about = quiet && <span className="unseen"> {pod.name}</span>;
  const kind = quiet ? "quiet" : "plain";
  return (
    <>
      {left !== null && !quiet && <span className="chip chip-bad">will be deleted in {left} s</span>}
      <Button
        kind={left === null ? kind : "plain"}
        isDisabled={pod.deletedAt !== "" || isSent}
        onPress={left === null ? ask : undo}
      >
        {left === null ? "Delete pod" : "Undo"}
        {left === null ? about : <span className="unseen"> deleting {pod.name}</span>}
      </Button>
    </>
  );
}
