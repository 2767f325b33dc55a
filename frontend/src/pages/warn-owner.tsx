// An operator's word to the owner of a pod: it stands in the pod's events.
import { useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { warnOwner } from "../api/operators";
import { told } from "../api/refusal";
import type { PodFacts } from "../state/pod";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Problem } from "../ui/pane";
import { useNotices } from "./notice-queue";

interface Props {
  readonly pod: PodFacts;
  readonly onClose: () => void;
}

export function WarnOwner({ pod, onClose }: Props) {
  const notices = useNotices();
  const [message, setMessage] = useState("");
  const [problem, setProblem] = useState("");
  const [isSent, setSent] = useState(false);
  const warn = async () => {
    setSent(true);
    try {
      await warnOwner(pod, message);
      notices?.say({ title: "Said", body: `The events of ${pod.name} have it.` });
      onClose();
    } catch (error) {
      setProblem(told(error));
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
            Your name and your words stand in the pod's events, and in the audit trail that you did.
          </p>
          <Field id="warning" label="What they should know" lines={3} value={message} onChange={setMessage} />
          {problem && <Problem title="It was not said">{problem}</Problem>}
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
