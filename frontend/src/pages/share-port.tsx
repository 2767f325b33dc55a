// Links to one port of a pod for people without an account: made with an end, listed, revoked.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { listShares, revokeShare, type Share, sharePreview } from "../api/previews";
import { told } from "../api/refusal";
import type { PodFacts } from "../state/pod";
import { moment } from "../state/text";
import { Button } from "../ui/button";
import { Choice } from "../ui/field";
import { Problem } from "../ui/pane";
import { CopyButton } from "../ui/take";
import "./share-port.css";

const HOURS = [
  { value: "1", label: "an hour" },
  { value: "8", label: "8 hours" },
  { value: "24", label: "a day" },
  { value: "168", label: "a week" },
] as const;

interface Props {
  readonly pod: PodFacts;
  readonly port: number;
  readonly onClose: () => void;
}

export function SharePort({ pod, port, onClose }: Props) {
  const [hours, setHours] = useState("8");
  const [made, setMade] = useState<Share | null>(null);
  const [error, setError] = useState<unknown>(null);
  const { data: shares = [], refetch } = useQuery({
    queryKey: ["shares", pod.uid],
    queryFn: () => listShares(pod),
    gcTime: 0,
  });
  const after = async (act: Promise<unknown>) => {
    setError(null);
    try {
      await act;
    } catch (refused) {
      setError(refused);
    }
    await refetch();
  };
  const create = () => after(sharePreview(pod, port, Number(hours)).then(setMade));
  const revoke = (share: Share) => {
    if (share.id === made?.id) setMade(null);
    return after(revokeShare(pod, share.id));
  };
  const ofPort = shares.filter((share) => share.port === port);
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title" className="dialog-title">
            Share port {port} of {pod.name}
          </Heading>
          <p className="dialog-body">Whoever has the link sees what the port serves, without an account.</p>
          <Choice id="share-hours" label="It ends after" value={hours} onChange={setHours} options={HOURS} />
          {made?.url && <MadeLink url={made.url} />}
          <ShareList shares={ofPort} onRevoke={revoke} />
          {error !== null && <Problem title="That did not work">{told(error)}</Problem>}
          <div className="row-end">
            <Button onPress={onClose}>Close</Button>
            <Button kind="main" onPress={create}>
              Create a link
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function MadeLink({ url }: { readonly url: string }) {
  return (
    <div className="field" role="status">
      <span className="label">The new link, shown this once</span>
      <span className="mono made-link">{url}</span>
      <CopyButton text={url} what="the link" />
    </div>
  );
}

interface ListProps {
  readonly shares: readonly Share[];
  readonly onRevoke: (share: Share) => void;
}

function ShareList({ shares, onRevoke }: ListProps) {
  if (shares.length === 0) return <p className="hint">No link leads here.</p>;
  return (
    <ul className="shares" aria-label="Links that lead here">
      {shares.map((share) => (
        <li key={share.id}>
          <span>until {moment(share.expiresAt, Date.now())}</span>
          <Button kind="quiet" onPress={() => onRevoke(share)}>
            Revoke<span className="unseen"> link {share.id}</span>
          </Button>
        </li>
      ))}
    </ul>
  );
}
