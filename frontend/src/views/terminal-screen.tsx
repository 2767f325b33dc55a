// The screen of one shell: xterm between a WebSocket and a person. It comes when the first shell is opened.
import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import { useEffect, useRef } from "react";
import { type Line, Shell, shellAddress, type Told } from "../api/shell";
import type { Tab } from "../state/shells";
import { guard } from "./terminal-guards";
import { followTheme, openWithSheets } from "./terminal-look";

/** What the buttons around a screen do to it. */
export interface Screen {
  readonly focus: () => void;
  readonly paste: (text: string) => void;
  readonly selection: () => string;
  readonly find: (text: string, back: boolean) => boolean;
  readonly takeOver: () => void;
  /** False where the shell cannot be told, and has to be ended by other means. */
  readonly end: () => boolean;
}

export interface ScreenProps {
  readonly namespace: string;
  readonly pod: string;
  readonly tab: Tab;
  readonly isShown: boolean;
  readonly fontSize: number;
  readonly isRead: boolean;
  readonly onScreen: (screen: Screen | null) => void;
  readonly onLine: (line: Line) => void;
  readonly onTold: (message: Told) => void;
  readonly onPaste: (text: string) => void;
  readonly onLink: (uri: string) => void;
  readonly onLeave: () => void;
  /** The page goes away: what was typed and is not known to be taken. */
  readonly onLeft: (left: Tab["left"]) => void;
}

const encoder = new TextEncoder();
const SCROLLBACK = 5000;
const CONTRAST = 4.5;

export default function TerminalScreen(props: ScreenProps) {
  const place = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal>(null);
  const fit = useRef<FitAddon>(null);
  const now = useRef(props);
  now.current = props;
  const { isShown, fontSize, isRead, tab } = props;

  useEffect(() => {
    if (!place.current) return;
    const made = start(place.current, now);
    terminal.current = made.terminal;
    fit.current = made.fit;
    return made.stop;
  }, []);

  useEffect(() => {
    if (!terminal.current) return;
    terminal.current.options.fontSize = fontSize;
    terminal.current.options.screenReaderMode = isRead;
    if (isShown) fit.current?.fit();
  }, [fontSize, isRead, isShown]);

  return <section className="screen" ref={place} hidden={!isShown} aria-label={`Shell ${tab.name}`} />;
}

function start(place: HTMLElement, now: { readonly current: ScreenProps }) {
  const { fontSize, isRead, tab, namespace, pod } = now.current;
  const terminal = new Terminal({
    allowProposedApi: true, // of scripts: for the widths of Unicode 11
    cursorBlink: false,
    fontFamily: '"JetBrains Mono Variable", ui-monospace, Menlo, monospace',
    fontSize,
    screenReaderMode: isRead,
    scrollback: SCROLLBACK,
    minimumContrastRatio: CONTRAST,
    linkHandler: { activate: (_, uri) => now.current.onLink(uri) },
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(new Unicode11Addon());
  terminal.loadAddon(new WebLinksAddon((_, uri) => now.current.onLink(uri)));
  terminal.unicode.activeVersion = "11";
  const closeSheets = openWithSheets(terminal, place);
  const stopTheme = followTheme(terminal);
  // Tab is the shell's: who cannot see the hint beside it hears how to get out.
  terminal.textarea?.setAttribute("aria-label", `Shell in ${tab.member}. F6 leaves it.`);
  if (now.current.isShown) fit.fit();

  let seen = 0;
  let shown = 0;
  guard(terminal, () => shown < seen);
  const draw = (bytes: Uint8Array, offset: number) => {
    const end = offset + bytes.length;
    terminal.write(bytes, () => {
      shown = end;
      shell.shown(end);
    });
  };
  const shell = new Shell(
    shellAddress(namespace, pod),
    { terminal: tab.id, writer: tab.writer, member: tab.member, user: tab.user, name: tab.name, begun: tab.begun },
    { columns: terminal.cols, rows: terminal.rows },
    {
      bytes: (bytes, offset) => {
        // What was answered before is drawn apart from what is new: the guard tells them apart by where one ends.
        const old = Math.max(0, Math.min(bytes.length, seen - offset));
        if (old > 0) draw(bytes.subarray(0, old), offset);
        if (old < bytes.length) draw(bytes.subarray(old), offset + old);
      },
      told: (message) => {
        if (message.type === "attached" && shown < message.seen) seen = message.seen;
        if (message.type === "from" && message.lost > 0 && message.offset > 0 && shown > 0) terminal.write("\r\n…\r\n");
        now.current.onTold(message);
      },
      line: (line) => now.current.onLine(line),
    },
  );
  if (tab.left) {
    shell.outbox.clear(tab.left.position);
    shell.outbox.put(new Uint8Array(tab.left.bytes));
  }
  terminal.onData((data) => shell.type(encoder.encode(data)));
  terminal.onBinary((data) => shell.type(Uint8Array.from(data, (character) => character.charCodeAt(0))));
  terminal.onResize(({ cols, rows }) => shell.resize({ columns: cols, rows }));
  terminal.attachCustomKeyEventHandler((event) => keys(event, terminal, now.current));

  // Before xterm's own, which would type it at once.
  const onPaste = (event: ClipboardEvent) => {
    event.preventDefault();
    event.stopPropagation();
    now.current.onPaste(event.clipboardData?.getData("text/plain") ?? "");
  };
  place.addEventListener("paste", onPaste, true);
  const sizes = new ResizeObserver(() => {
    if (place.clientWidth > 0) fit.fit();
  });
  sizes.observe(place);
  const onHide = () => now.current.onLeft(shell.outbox.waiting > 0 ? shell.outbox.left() : null);
  addEventListener("pagehide", onHide);
  now.current.onScreen({
    focus: () => terminal.focus(),
    paste: (text) => terminal.paste(text),
    selection: () => terminal.getSelection(),
    find: (text, back) => (back ? search.findPrevious(text) : search.findNext(text)),
    takeOver: () => shell.takeOver(),
    end: () => shell.end(),
  });
  const stop = () => {
    now.current.onScreen(null);
    removeEventListener("pagehide", onHide);
    place.removeEventListener("paste", onPaste, true);
    sizes.disconnect();
    shell.close();
    stopTheme();
    closeSheets();
    terminal.dispose();
  };
  return { terminal, fit, stop };
}

/** False keeps a key from the shell. */
function keys(event: KeyboardEvent, terminal: Terminal, { onLeave }: ScreenProps): boolean {
  if (event.type !== "keydown") return true;
  if (event.key === "F6") {
    event.preventDefault();
    onLeave();
    return false;
  }
  const isInsert = event.key === "Insert";
  const letter = event.ctrlKey && !event.altKey ? event.key.toLowerCase() : "";
  if ((letter === "v" && event.shiftKey) || (isInsert && event.shiftKey)) return false; // the browser pastes
  const copies = (letter === "c" && (event.shiftKey || terminal.hasSelection())) || (isInsert && event.ctrlKey);
  if (!copies) return true;
  event.preventDefault();
  copy(terminal.getSelection());
  terminal.clearSelection();
  return false;
}

function copy(text: string): void {
  if (text === "") return;
  // Without HTTPS there is no clipboard but this: xterm answers it with what is selected.
  if (navigator.clipboard) navigator.clipboard.writeText(text).catch(() => undefined);
  else document.execCommand("copy");
}
