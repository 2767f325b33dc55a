// The image of a member: free text, completed from the catalogue, with what is known of what was typed.
import "./image-field.css";
import { useContext, useId } from "react";
import {
  ComboBox,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Button as Press,
  Text,
} from "react-aria-components";
import type { CatalogueImage } from "../api/client";
import { brieflyOn, noteOn, offered } from "../state/catalogue";
import { FieldErrors, Naming } from "../ui/field";

interface Props {
  readonly id: string;
  /** "Member 2" */
  readonly about: string;
  readonly value: string;
  readonly pullPolicy: string;
  readonly images: readonly CatalogueImage[];
  readonly onChange: (image: string) => void;
}

export function ImageField({ id, about, value, pullPolicy, images, onChange }: Props) {
  const errors = useContext(FieldErrors);
  // Named by itself alone: with the field's label too, two things would have that name.
  const opener = useId();
  const error = errors.of.get(id);
  const change = (next: string) => {
    if (next === value) return;
    errors.changed(id);
    onChange(next);
  };
  const note = noteOn(images, value, pullPolicy);
  return (
    <ComboBox
      id={id}
      className="field"
      allowsCustomValue
      inputValue={value}
      onInputChange={change}
      defaultItems={offered(images)}
      isInvalid={error !== undefined}
      validationBehavior="aria"
    >
      <Label className="label">
        <Naming about={about} label="image" />
      </Label>
      <div className="combo">
        <Input className="input mono" autoComplete="off" spellCheck={false} placeholder="nginx" />
        <Press
          className="combo-open"
          id={opener}
          aria-labelledby={opener}
          aria-label={`Images for ${about.toLowerCase()}`}
        >
          <svg viewBox="0 0 12 12" aria-hidden="true">
            <path d="M2 4.5 6 8.5 10 4.5" />
          </svg>
        </Press>
      </div>
      <Text slot="description" className={note.startsWith("ready") ? "hint good" : "hint"}>
        {note}
      </Text>
      <FieldError className="error">{error}</FieldError>
      <Popover className="popover" offset={4}>
        <ListBox<CatalogueImage> className="options">
          {(image) => (
            <ListBoxItem id={image.reference} textValue={image.reference} className="option">
              <span className="mono">{image.reference}</span>
              <span className="hint">{brieflyOn(image)}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
