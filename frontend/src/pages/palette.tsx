// The command palette: type some words, choose, Enter.
import { useState } from "react";
import {
  Autocomplete,
  Dialog,
  Header,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  ListBoxSection,
  Modal,
  ModalOverlay,
  TextField,
} from "react-aria-components";
import type { Session } from "../api/client";
import { found, sections } from "../state/palette";
import { type Command, useCommands } from "./palette-commands";

interface Props {
  readonly session: Session;
  readonly onClose: () => void;
}

export function Palette({ session, onClose }: Props) {
  return (
    <ModalOverlay className="veil veil-high" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal palette">
        <Dialog aria-label="Command palette" className="palette-dialog">
          <Finder session={session} onClose={onClose} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Finder({ session, onClose }: Props) {
  const commands = useCommands(session);
  const [query, setQuery] = useState("");
  const fitting = found(commands, query);
  const run = (id: string | number) => {
    onClose();
    commands.find((command) => command.id === id)?.run();
  };
  return (
    <Autocomplete inputValue={query} onInputChange={setQuery}>
      <TextField autoFocus className="palette-field">
        <Label className="unseen">Find a pod or a command</Label>
        <Input
          className="palette-input"
          placeholder="Find a pod or a command"
          role="combobox"
          aria-expanded="true"
          aria-haspopup="listbox"
        />
      </TextField>
      <ListBox
        aria-label="Commands"
        className="palette-list"
        onAction={run}
        renderEmptyState={() => <p className="empty">Nothing has all of these words. Try fewer.</p>}
      >
        {sections(fitting).map((section) => (
          <ListBoxSection key={section.name} id={section.name}>
            <Header className="palette-section">{section.name}</Header>
            {section.commands.map((command) => (
              <Item key={command.id} command={command} />
            ))}
          </ListBoxSection>
        ))}
      </ListBox>
      <p className="palette-foot hint">
        <kbd>↑</kbd> <kbd>↓</kbd> to choose, <kbd>Enter</kbd> to go, <kbd>Esc</kbd> to close
      </p>
    </Autocomplete>
  );
}

function Item({ command }: { readonly command: Command }) {
  return (
    <ListBoxItem id={command.id} textValue={command.title} className="palette-item">
      <span className="palette-title">{command.title}</span>
      {command.hint && <span className="palette-hint">{command.hint}</span>}
    </ListBoxItem>
  );
}
