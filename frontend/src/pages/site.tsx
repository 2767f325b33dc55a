// What lives as long as the page, whatever address it shows: notices, and deletions that can still be undone.
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, Suspense, useState, useSyncExternalStore } from "react";
import { late } from "../ui/late";
import { Mishap } from "../ui/mishap";
import { Deletions, PendingDeletions, refreshPods, useSentOnLeaving } from "./deletions";
import { Notices, NoticesContext } from "./notice-queue";

// It comes with the first notice, and stays.
const NoticeRegion = late(async () => (await import("./notices")).NoticeRegion);

export function SiteScope({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [notices] = useState(() => new Notices());
  const [deletions] = useState(() => new PendingDeletions(notices, refreshPods(queries)));
  useSentOnLeaving(deletions);
  return (
    <NoticesContext value={notices}>
      <Deletions value={deletions}>
        {children}
        <WhenAny notices={notices} />
      </Deletions>
    </NoticesContext>
  );
}

function WhenAny({ notices }: { readonly notices: Notices }) {
  const [was, setWas] = useState(false);
  const any = useSyncExternalStore(
    (tell) => notices.subscribe(tell),
    () => notices.visibleToasts.length > 0,
  );
  if (any && !was) setWas(true);
  return (
    <Mishap place="notices">
      <Suspense fallback={null}>{was && <NoticeRegion notices={notices} />}</Suspense>
    </Mishap>
  );
}
