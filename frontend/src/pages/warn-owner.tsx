// An operator's word to the owner of a pod: it stands in the pod's events.
import { useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { warnOwner } from "../api/operators";
import type { PodFacts } from "../state/pod";
import { Button } from "../ui/button";
import { Field, FieldErrors } from "../ui/field";
import { Problem } from "../ui/pane";
import { useFieldErrors } from "./field-errors";
import { useNotices } from "./notice-queue";

interface Props {
  readonly pod: PodFacts;
  readonly onClose: () => void;
}

const FIELDS = { message: "warning" } as const;

export function WarnOwner({ pod, onClose }: Props) {
  const notices = useNotices();
  const [message, setMessage] = useState("");
  const [error, setError] = useState<unknown>(null);
  const { errors, rest } = useFieldErrors(error, FIELDS, () => setError(null));
  const [isSent, setSent] = useState(false);
  const warn = async () => {
    setSent(true);
    try {
      await warnOwner(pod, message);
      notices?.say({
        title: `The owner of ${pod.name} is warned`,
        body: "Your words stand on top of its page, and in its events.",
      });
      onClose();
    } catch (refused) {
      setError(refused);
      setSent(false);
    }
  };
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title" className="dialog-title">
            Warn the owner of {pod.name}
          </Heading>
          <p className="dialog-body">
            Your name and your words stand on top of the pod's page and in its events, and in the audit trail that you
            did.
          </p>
          <FieldErrors value={errors}>
            <Field id={FIELDS.message} label="What they should know" lines={3} value={message} onChange={setMessage} />
          </FieldErrors>
          {rest && <Problem title="The owner was not warned">{rest}</Problem>}
          <div className="row-end">
            <Button onPress={onClose}>Cancel</Button>
            <Button kind="main" isDisabled={isSent || message.trim() === ""} onPress={warn}>
              Warn
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
