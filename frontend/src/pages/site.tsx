// What lives as long as the page, whatever address it shows: notices, and deletions that can still be undone.
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Deletions, PendingDeletions, refreshPods, useSentOnLeaving } from "./deletions";
import { NoticeRegion, Notices, NoticesContext } from "./notices";

export function SiteScope({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [notices] = useState(() => new Notices());
  const [deletions] = useState(() => new PendingDeletions(notices, refreshPods(queries)));
  useSentOnLeaving(deletions);
  return (
    <NoticesContext value={notices}>
      <Deletions value={deletions}>
        {children}
        <NoticeRegion notices={notices} />
      </Deletions>
    </NoticesContext>
  );
}
