// What is asked before something is done that is not taken back with one press.
import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Button } from "./button";

interface Props {
  readonly title: string;
  readonly yes: string;
  /** Something is lost by it. */
  readonly isGrave?: boolean;
  readonly onYes: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Enter and Escape leave everything as it is: the focus is on Cancel. */
export function Question({ title, yes, isGrave, onYes, onClose, children }: Props) {
  const agree = () => {
    onClose();
    onYes();
  };
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal">
        <Dialog className="dialog" role="alertdialog">
          <Heading slot="title" className="dialog-title">
            {title}
          </Heading>
          {children}
          <div className="row-end">
            <Button autoFocus onPress={onClose}>
              Cancel
            </Button>
            <Button kind={isGrave ? "danger" : "main"} onPress={agree}>
              {yes}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
