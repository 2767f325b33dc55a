// Listens to the keys of the site. Where somebody types, or chooses from a list, one character is no shortcut.
import { useLayoutEffect, useRef } from "react";
import { SINGLE_KEYS } from "../state/preferences";
import { type Command, type Pressed, press } from "../state/shortcuts";
import { IS_MAC } from "../ui/platform";
import { usePreference } from "../ui/preference";

const NO_TEXT = ["radio", "checkbox", "button", "submit", "reset", "range", "color", "file"];
const TEXT = `input${NO_TEXT.map((type) => `:not([type='${type}'])`).join("")}`;
const TYPING = `${TEXT}, textarea, select, [contenteditable]:not([contenteditable='false']), [role='textbox']`;
const CHOOSING = "[role='menu'], [role='listbox'], [role='grid'], [role='tree'], .veil";

/** The whole path: of what happens in a shadow root, as in the YAML editor, `target` names the host alone. */
function isTaken(event: KeyboardEvent): boolean {
  return event.composedPath().some((each) => each instanceof Element && each.matches(`${TYPING}, ${CHOOSING}`));
}

function isPaletteKey(event: KeyboardEvent): boolean {
  const modifier = IS_MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  return modifier && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
}

interface Keys {
  readonly onPalette: () => void;
  readonly onCommand: (command: Command) => void;
}

export function useShortcuts(keys: Keys): void {
  const single = usePreference(SINGLE_KEYS) === "on";
  const latest = useRef(keys);
  latest.current = keys;
  // With the page, not after it: what can be seen answers to keys.
  useLayoutEffect(() => {
    let pressed: Pressed | null = null;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      if (isPaletteKey(event)) {
        event.preventDefault();
        latest.current.onPalette();
        return;
      }
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1;
      if (!single || !plain || event.repeat || isTaken(event)) return;
      const step = press(pressed, event.key, event.timeStamp);
      pressed = step.pressed;
      if (step.command === null) return;
      // The key that leads to a field must not be typed there.
      event.preventDefault();
      latest.current.onCommand(step.command);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [single]);
}
