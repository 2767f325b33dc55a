// The shells of a page: its tabs, what is kept of them over a reload, and what is asked before much is typed at once.
import { isRecord, list, text } from "./read";

/** One tab. `begun`: its shell was opened, so that a page that comes back attaches and opens no other. */
export interface Tab {
  readonly id: string;
  readonly writer: string;
  readonly member: string;
  readonly user: string;
  readonly name: string;
  readonly begun: boolean;
  /** Typed before the reload, and not known to be taken. */
  readonly left: { readonly position: number; readonly bytes: readonly number[] } | null;
}

/** Two tabs may show side by side; `right` is "" where only one does. */
export interface Shells {
  readonly tabs: readonly Tab[];
  readonly left: string;
  readonly right: string;
}

export const NO_SHELLS: Shells = { tabs: [], left: "", right: "" };

export function opened(shells: Shells, tab: Tab): Shells {
  return { ...shells, tabs: [...shells.tabs, tab], left: tab.id };
}

/** Shown on the left; one that was on the right changes places. */
export function chosen(shells: Shells, id: string): Shells {
  if (id === shells.left) return shells;
  return { ...shells, left: id, right: id === shells.right ? shells.left : shells.right };
}

/** Side by side with another tab, or no longer. */
export function split(shells: Shells): Shells {
  const other = shells.tabs.find(({ id }) => id !== shells.left)?.id ?? "";
  return { ...shells, right: shells.right === "" ? other : "" };
}

/** The tab is gone; its neighbour takes its place. */
export function closed(shells: Shells, id: string): Shells {
  const at = shells.tabs.findIndex((tab) => tab.id === id);
  const tabs = shells.tabs.filter((tab) => tab.id !== id);
  const right = shells.right === id ? "" : shells.right;
  if (shells.left !== id) return { tabs, left: shells.left, right };
  const next = right || tabs[Math.min(at, tabs.length - 1)]?.id || "";
  return { tabs, left: next, right: right === next ? "" : right };
}

export function changed(shells: Shells, id: string, change: Partial<Tab>): Shells {
  return { ...shells, tabs: shells.tabs.map((tab) => (tab.id === id ? { ...tab, ...change } : tab)) };
}

/** As it was kept, if it still can be read. */
export function readShells(kept: string | null): Shells {
  let value: unknown = null;
  try {
    value = JSON.parse(kept ?? "null");
  } catch {
    return NO_SHELLS;
  }
  if (!isRecord(value)) return NO_SHELLS;
  const tabs = list(value, "tabs").map((tab) => ({
    id: text(tab, "id"),
    writer: text(tab, "writer"),
    member: text(tab, "member"),
    user: text(tab, "user"),
    name: text(tab, "name"),
    begun: tab.begun === true,
    left: readLeft(tab.left),
  }));
  return { tabs, left: text(value, "left"), right: text(value, "right") };
}

function readLeft(value: unknown): Tab["left"] {
  if (!isRecord(value) || typeof value.position !== "number" || !Array.isArray(value.bytes)) return null;
  return { position: value.position, bytes: value.bytes.filter((byte) => typeof byte === "number") };
}

const MANY_LINES = 5;
const SHOWN_LINES = 12;

/** What to ask before a text is typed; null where it is short enough to be meant. */
export function pasteQuestion(pasted: string): { readonly lines: number; readonly preview: string } | null {
  const lines = pasted.replace(/(\r\n|\r|\n)+$/, "").split(/\r\n|\r|\n/);
  if (lines.length < MANY_LINES) return null;
  const more = lines.length - SHOWN_LINES;
  const preview = lines.slice(0, SHOWN_LINES).join("\n");
  return { lines: lines.length, preview: more > 0 ? `${preview}\n… and ${more} more` : preview };
}

// Escape could end the brackets that tell a shell what was pasted, and the rest would be typed (and run).
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** A text as it may be typed: without control characters, but for tabs and ends of lines. */
export function pasteable(pasted: string): string {
  return pasted.replace(CONTROLS, "");
}

/** A link of a container's output that may be followed: an http or https address, as the browser understands it. */
export function linkTarget(uri: string): string | null {
  try {
    const url = new URL(uri);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A name for a debug member that the pod has not. */
export function debugName(taken: readonly string[]): string {
  let number = 1;
  while (taken.includes(`debug-${number}`)) number += 1;
  return `debug-${number}`;
}
