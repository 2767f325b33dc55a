// Many variables at once: a text of KEY=VALUE lines, as a file of them has it.
import { useState } from "react";
import { Dialog, DialogTrigger, Heading, Label, Modal, ModalOverlay, TextArea, TextField } from "react-aria-components";
import { type Pair, readPairs } from "../state/form";
import { counted } from "../state/text";
import { Button } from "../ui/button";

interface Props {
  /** "Member 2 variable" */
  readonly noun: string;
  readonly onAdd: (pairs: readonly Omit<Pair, "id">[]) => void;
}

export function PasteLines({ noun, onAdd }: Props) {
  const [typed, setTyped] = useState("");
  const pairs = readPairs(typed);
  return (
    <DialogTrigger onOpenChange={() => setTyped("")}>
      <Button kind="quiet" aria-label={`Paste lines: ${noun.toLowerCase()}s`}>
        Paste lines
      </Button>
      <ModalOverlay className="veil" isDismissable>
        <Modal className="modal">
          <Dialog className="dialog">
            {({ close }) => (
              <>
                <Heading slot="title" className="dialog-title">
                  Paste KEY=VALUE lines
                </Heading>
                <TextField autoFocus className="field" value={typed} onChange={setTyped}>
                  <Label className="label">Lines; empty ones and # comments are skipped</Label>
                  <TextArea className="input mono" rows={8} spellCheck={false} placeholder={"KEY=VALUE\nOTHER=a=b"} />
                </TextField>
                <div className="row-end">
                  <Button onPress={close}>Cancel</Button>
                  <Button
                    kind="main"
                    isDisabled={pairs.length === 0}
                    onPress={() => {
                      onAdd(pairs);
                      close();
                    }}
                  >
                    {pairs.length === 0 ? "Add variables" : `Add ${counted(pairs.length, "variable")}`}
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
