// All keys of the site, as a dialog and as a part of the account page.
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { SINGLE_KEYS } from "../state/preferences";
import { always, type Shortcut, SINGLE } from "../state/shortcuts";
import { Button } from "../ui/button";
import { Keys } from "../ui/keys";
import { IS_MAC } from "../ui/platform";
import { usePreference } from "../ui/preference";

function List({ shortcuts }: { readonly shortcuts: readonly Shortcut[] }) {
  return (
    <dl className="shortcuts">
      {shortcuts.map(({ keys, does }) => (
        <div key={does}>
          <dt>
            <Keys keys={keys} />
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}

export function ShortcutList() {
  const single = usePreference(SINGLE_KEYS);
  return (
    <>
      <List shortcuts={always(IS_MAC)} />
      <h3 className="label">Keys of one character{single === "off" && ": switched off"}</h3>
      {single === "on" ? (
        <List shortcuts={SINGLE} />
      ) : (
        <p className="hint">They can be switched on again on the account page.</p>
      )}
    </>
  );
}

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title" className="dialog-title">
            Keyboard shortcuts
          </Heading>
          <ShortcutList />
          <p className="hint">Keys of one character do nothing while you type; the account page switches them off.</p>
          <div className="row-end">
            <Button autoFocus onPress={onClose}>
              Close
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
