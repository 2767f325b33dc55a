// Notices at the page's edge: they take no focus, F6 leads to them, and while one is read no time runs.
import {
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastRegion as ToastRegion,
} from "react-aria-components";
import type { Doomed } from "../state/deletions";
import { counted } from "../state/text";
import { Button } from "../ui/button";
import { useDeletion } from "./deletions";
import type { Notice, Notices, Said } from "./notice-queue";
import { useWayBack } from "./use-way-back";

export function NoticeRegion({ notices }: { readonly notices: Notices }) {
  useWayBack();
  return (
    <ToastRegion queue={notices} className="notices" aria-label="Notices">
      {({ toast }) => (
        <Toast toast={toast} className={`notice ${isBad(toast.content) ? "notice-bad" : ""}`}>
          {toast.content.kind === "said" ? (
            <SaidNotice said={toast.content.said} />
          ) : (
            <DeletingNotice pod={toast.content.pod} />
          )}
        </Toast>
      )}
    </ToastRegion>
  );
}

function isBad(notice: Notice): boolean {
  return notice.kind === "said" && notice.said.isBad === true;
}

function SaidNotice({ said }: { readonly said: Said }) {
  return (
    <>
      <ToastContent className="notice-words">
        <Text slot="title">{said.title}</Text>
        {said.body && <Text slot="description">{said.body}</Text>}
      </ToastContent>
      <Button kind="quiet" slot="close">
        Close
      </Button>
    </>
  );
}

/** What counts down stands outside of what is read out: once is enough. */
function DeletingNotice({ pod }: { readonly pod: Doomed }) {
  const { left, undo } = useDeletion(pod);
  return (
    <>
      <ToastContent className="notice-words">
        <Text slot="title">
          <span className="unseen">{`${pod.name} will be deleted in a few seconds`}</span>
          <span aria-hidden="true">
            {left === null ? `${pod.name} is being deleted` : `${pod.name} will be deleted in ${left} s`}
          </span>
        </Text>
        <Text slot="description">{lost(pod)}</Text>
      </ToastContent>
      {left !== null && <Button onPress={undo}>Undo</Button>}
    </>
  );
}

function lost(pod: Doomed): string {
  const time = pod.graceSeconds > 0 ? `get ${counted(pod.graceSeconds, "second")} to end` : "are killed at once";
  return `Its processes ${time}. Its files and logs go.`;
}
