// What lives as long as the page, whatever address it shows: notices, and deletions that can still be undone.
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { late } from "../ui/late";
import { Mishap } from "../ui/mishap";
import { Deletions, PendingDeletions, refreshPods, useSentOnLeaving } from "./deletions";
import { Notices, NoticesContext } from "./notice-queue";

// It comes with the first notice, and stays.
const load = async () => (await import("./notices")).NoticeRegion;
const NoticeRegion = late(load);
// … or when the page has come up: that the service is away is among what is told, and then nothing comes any more.
const SOON_MS = 2000;

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
  useEffect(() => {
    const soon = setTimeout(() => void load().catch(() => undefined), SOON_MS);
    return () => clearTimeout(soon);
  }, []);
  return (
    <Mishap place="notices">
      <Suspense fallback={null}>{was && <NoticeRegion notices={notices} />}</Suspense>
    </Mishap>
  );
}
