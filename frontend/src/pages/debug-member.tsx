// One more container in a running pod, to look around: kubectl debug as a dialog.
import { useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { addDebugMember } from "../api/acts";
import { debugName, debugTargets } from "../state/acts";
import type { PodFacts } from "../state/pod";
import { TOOLBOX } from "../state/starts";
import { Button } from "../ui/button";
import { Choice, Field, FieldErrors } from "../ui/field";
import { Problem } from "../ui/pane";
import { useFieldErrors } from "./field-errors";
import { useNotices } from "./notice-queue";

interface Props {
  readonly pod: PodFacts;
  readonly target: string;
  readonly onClose: () => void;
}

/** The last word of a refusal's field belongs to one of the three, or to none. */
const FIELDS = { name: "debug-name", image: "debug-image", targetContainerName: "debug-target" } as const;

export function AddDebugMember({ pod, target: first, onClose }: Props) {
  const notices = useNotices();
  const targets = debugTargets(pod);
  const [name, setName] = useState(() => debugName(pod));
  const [image, setImage] = useState<string>(TOOLBOX);
  const [target, setTarget] = useState(first || (targets[0]?.value ?? ""));
  const [error, setError] = useState<unknown>(null);
  const [isSent, setSent] = useState(false);
  const { errors, rest } = useFieldErrors(error, FIELDS, () => setError(null));
  const add = async () => {
    setSent(true);
    try {
      await addDebugMember(pod, { name, image, target });
      notices?.say({ title: `${name} is being added`, body: "A debug member stays until the pod goes." });
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
            Add a debug member to {pod.name}
          </Heading>
          <p className="dialog-body">
            It shares the pod's network and hostname, is never restarted, and cannot be taken away again.
          </p>
          <FieldErrors value={errors}>
            <Field mono id={FIELDS.name} label="Name" value={name} onChange={setName} />
            <Field mono id={FIELDS.image} label="Image" value={image} onChange={setImage} />
            <Choice
              id={FIELDS.targetContainerName}
              label="Processes it sees"
              value={target}
              onChange={setTarget}
              options={targets}
            />
          </FieldErrors>
          {rest && <Problem title="It was not added">{rest}</Problem>}
          <div className="row-end">
            <Button onPress={onClose}>Cancel</Button>
            <Button kind="main" isDisabled={isSent || name === "" || image === ""} onPress={add}>
              Add {name || "it"}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
