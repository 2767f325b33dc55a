// The pod's ports as its visitors see them: each opens in a new tab, on a site of its own, or is shared by a link.
import { memo, useMemo, useState } from "react";
import { openPreview } from "../api/previews";
import { told } from "../api/refusal";
import type { NetworkView } from "../api/wire";
import type { PodFacts } from "../state/pod";
import { listenWords, type PreviewPort, previewPorts } from "../state/previews";
import type { Obj } from "../state/read";
import { Button } from "../ui/button";
import { Empty, Pane } from "../ui/pane";
import { type Column, FactTable, type Keys, whole } from "../ui/table";
import { type Notices, useNotices } from "./notice-queue";
import { SharePort } from "./share-port";

interface Props {
  readonly pod: PodFacts;
  readonly object: Obj;
  readonly network: NetworkView | null | undefined;
}

export const PreviewsPane = memo(function PreviewsPane({ pod, object, network }: Props) {
  const notices = useNotices();
  const [shared, setShared] = useState<number | null>(null);
  const ports = useMemo(() => previewPorts(object, network), [object, network]);
  const columns: readonly Column<PreviewPort>[] = useMemo(
    () => [
      { head: "Port", cell: ({ port }) => <b className="mono">{port}</b> },
      { head: "Who listens", fills: true, cell: (port) => <span className="breaks">{listenWords(port)}</span> },
      {
        head: "In the browser",
        align: "end",
        cell: ({ port }) => (
          <>
            <Button kind="quiet" onPress={() => open(pod, port, notices)}>
              Open preview<span className="unseen"> of port {port}</span>
            </Button>
            <Button kind="quiet" onPress={() => setShared(port)}>
              Share<span className="unseen"> port {port}</span>
            </Button>
          </>
        ),
      },
    ],
    [pod, notices],
  );
  return (
    <Pane
      id="previews"
      title="Previews"
      wide
      aside="a port in the browser, on a site of its own, without publishing it"
    >
      {ports.length === 0 ? (
        <Empty>No member names a TCP port, and no process listens on one.</Empty>
      ) : (
        <FactTable
          caption="Previews"
          columns={columns}
          groups={whole(ports)}
          keyOf={({ port }) => port}
          lit={portKeys}
          wraps="narrow"
        />
      )}
      {shared !== null && <SharePort pod={pod} port={shared} onClose={() => setShared(null)} />}
    </Pane>
  );
});

function portKeys({ port }: PreviewPort): Keys {
  return { lights: [`port:${port}`], answers: [`port:${port}`] };
}

/** The new page knows nothing of this one, nor where it came from. */
async function open(pod: PodFacts, port: number, notices: Notices | null) {
  try {
    window.open(await openPreview(pod, port), "_blank", "noopener,noreferrer");
  } catch (refused) {
    notices?.say({ title: `Port ${port} was not opened`, body: told(refused), isBad: true });
  }
}
