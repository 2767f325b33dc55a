// A question before something is lost.
import type { ReactNode } from "react";
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Button } from "./button";

interface Props {
  readonly trigger: string;
  readonly title: string;
  readonly verb: string;
  readonly isBusy: boolean;
  readonly isDisabled: boolean;
  readonly onConfirm: () => void;
  readonly children: ReactNode;
}

export function Confirm({ trigger, title, verb, isBusy, isDisabled, onConfirm, children }: Props) {
  return (
    <DialogTrigger>
      <Button isDisabled={isDisabled || isBusy}>{trigger}</Button>
      <ModalOverlay className="veil" isDismissable>
        <Modal className="modal">
          <Dialog role="alertdialog" className="dialog">
            {({ close }) => (
              <>
                <Heading slot="title" className="dialog-title">
                  {title}
                </Heading>
                <div className="dialog-body">{children}</div>
                <div className="row-end">
                  <Button autoFocus onPress={close}>
                    Cancel
                  </Button>
                  <Button
                    kind="danger"
                    onPress={() => {
                      onConfirm();
                      close();
                    }}
                  >
                    {verb}
                  </Button>
                </div>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}
