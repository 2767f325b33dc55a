// How a terminal looks. The sixteen colours are the shell's own; all else is the site's.
import type { ITheme, Terminal } from "@xterm/xterm";

const DARK: ITheme = {
  background: "#101319",
  foreground: "#e8eaf0",
  cursor: "#e8eaf0",
  cursorAccent: "#101319",
  selectionBackground: "#3b4a6b",
  black: "#1d222c",
  red: "#f58080",
  green: "#5ccb8b",
  yellow: "#f0b455",
  blue: "#6db3f2",
  magenta: "#c4a5ff",
  cyan: "#4fc9b0",
  white: "#d7dbe6",
  brightBlack: "#8d96a8",
  brightRed: "#ff9f9f",
  brightGreen: "#86e0ab",
  brightYellow: "#ffcf85",
  brightBlue: "#9ccdf8",
  brightMagenta: "#d8c4ff",
  brightCyan: "#86dfcc",
  brightWhite: "#ffffff",
};

const LIGHT: ITheme = {
  background: "#fffefb",
  foreground: "#1b1e25",
  cursor: "#1b1e25",
  cursorAccent: "#fffefb",
  selectionBackground: "#c9d8f5",
  black: "#1b1e25",
  red: "#b82a2a",
  green: "#15693b",
  yellow: "#7d5000",
  blue: "#1d56a0",
  magenta: "#6d3ec0",
  cyan: "#0b6658",
  white: "#565d6c",
  brightBlack: "#676e7d",
  brightRed: "#a01f1f",
  brightGreen: "#0f5a31",
  brightYellow: "#6b4400",
  brightBlue: "#174a8c",
  brightMagenta: "#5a2fa8",
  brightCyan: "#085548",
  brightWhite: "#1b1e25",
};

function theme(): ITheme {
  const chosen = document.documentElement.dataset.theme;
  const isDark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  return isDark ? DARK : LIGHT;
}

/** Gives the terminal the site's theme, now and whenever it changes; returns how to stop. */
export function followTheme(terminal: Terminal): () => void {
  const apply = () => {
    terminal.options.theme = theme();
  };
  const system = matchMedia("(prefers-color-scheme: dark)");
  const watch = new MutationObserver(apply);
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  system.addEventListener("change", apply);
  apply();
  return () => {
    watch.disconnect();
    system.removeEventListener("change", apply);
  };
}

/**
 * Opens the terminal there. xterm writes its rules into style elements, which the page's policy does not let it: instead
 * it is given elements that nobody sees and that pass on what is written to them to sheets of script, which the policy
 * allows. Returns how to undo it.
 */
export function openWithSheets(terminal: Terminal, place: HTMLElement): () => void {
  const sheets: CSSStyleSheet[] = [];
  const make = document.createElement.bind(document);
  const made = (name: string, options?: ElementCreationOptions) => {
    if (name !== "style") return make(name, options);
    const sheet = new CSSStyleSheet();
    sheets.push(sheet);
    document.adoptedStyleSheets.push(sheet);
    const standIn = make("template");
    return Object.defineProperty(standIn, "textContent", { set: (text: string) => sheet.replaceSync(text) });
  };
  Object.defineProperty(document, "createElement", { configurable: true, value: made });
  try {
    terminal.open(place);
  } finally {
    Reflect.deleteProperty(document, "createElement");
  }
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !sheets.includes(sheet));
  };
}
