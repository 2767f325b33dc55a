// The keys of the site. Those of one character can be switched off, and are no keys while somebody types.

export type Command = "my-pods" | "new-pod" | "teams" | "account" | "filter" | "theme" | "undo" | "shortcuts";

export interface Shortcut {
  readonly keys: readonly string[];
  readonly does: string;
}

interface KeyCommand extends Shortcut {
  readonly command: Command;
}

export const SINGLE: readonly KeyCommand[] = [
  { command: "my-pods", keys: ["g", "p"], does: "Go to my pods" },
  { command: "new-pod", keys: ["g", "n"], does: "Go to the form for a new pod" },
  { command: "teams", keys: ["g", "t"], does: "Go to your teams" },
  { command: "account", keys: ["g", "a"], does: "Go to your account" },
  { command: "filter", keys: ["/"], does: "Filter my pods" },
  { command: "theme", keys: ["t"], does: "Change the theme: system, light, dark" },
  { command: "undo", keys: ["u"], does: "Undo the last deletion, while it waits" },
  { command: "shortcuts", keys: ["?"], does: "Show this list" },
];

/** Those that always work. */
export function always(isMac: boolean): readonly Shortcut[] {
  return [
    { keys: [isMac ? "⌘" : "Ctrl", "K"], does: "Open the command palette, from anywhere" },
    { keys: ["F6"], does: "Leave a shell; go to the notices, and back" },
    { keys: ["Esc"], does: "Close what is open" },
  ];
}

/** How long the second key of two may take. */
const BETWEEN_MS = 1200;

export interface Pressed {
  readonly key: string;
  readonly at: number;
}

interface Step {
  readonly pressed: Pressed | null;
  readonly command: Command | null;
}

/** After one more key: what it means, and what is remembered for the next. */
export function press(before: Pressed | null, key: string, at: number): Step {
  const first = before !== null && at - before.at <= BETWEEN_MS ? before.key : null;
  const both = first && SINGLE.find(({ keys }) => keys.length === 2 && keys[0] === first && keys[1] === key);
  if (both) return { pressed: null, command: both.command };
  const one = SINGLE.find(({ keys }) => keys.length === 1 && keys[0] === key);
  if (one) return { pressed: null, command: one.command };
  const begins = SINGLE.some(({ keys }) => keys.length === 2 && keys[0] === key);
  return { pressed: begins ? { key, at } : null, command: null };
}
