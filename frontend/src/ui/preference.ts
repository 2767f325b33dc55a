// A person's choices, kept in this browser: a change shows at once, in every tab.
import { useSyncExternalStore } from "react";
import { chosen, type Preference, THEME } from "../state/preferences";

// For browsers that keep nothing: a choice holds as long as the page does.
const unkept = new Map<string, string>();
const told = new Set<() => void>();

function stored(key: string): string | null {
  try {
    return globalThis.localStorage.getItem(key);
  } catch {
    return unkept.get(key) ?? null;
  }
}

function keep(key: string, value: string): void {
  try {
    globalThis.localStorage.setItem(key, value);
  } catch {
    unkept.set(key, value);
  }
}

/** The first paint is `public/static/theme.js`'s matter; this is for changes. */
function applyTheme(): void {
  const theme = chosen(THEME, stored(THEME.key));
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function tellAll(): void {
  applyTheme();
  for (const tell of told) tell();
}

function subscribe(tell: () => void): () => void {
  if (told.size === 0) globalThis.addEventListener("storage", tellAll);
  told.add(tell);
  return () => {
    told.delete(tell);
    if (told.size === 0) globalThis.removeEventListener("storage", tellAll);
  };
}

export function choose<Value extends string>(preference: Preference<Value>, value: Value): void {
  keep(preference.key, value);
  tellAll();
}

export function usePreference<Value extends string>(preference: Preference<Value>): Value {
  return useSyncExternalStore(subscribe, () => chosen(preference, stored(preference.key)));
}
