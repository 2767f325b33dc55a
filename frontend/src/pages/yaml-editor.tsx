// The editor of the YAML. It lives in a shadow root: there its styles are sheets of script, which the page's policy
// allows, where in the page they would be a style element, which it does not.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { Annotation, EditorState, Transaction } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import type { Mark } from "../state/verdict";
import type { Lines } from "../state/yaml";
import { BANDS, setBands } from "./yaml-bands";
import { LOOK } from "./yaml-look";

export interface EditorProps {
  readonly text: string;
  readonly marks: readonly Mark[];
  /** The members' lines. */
  readonly bands: readonly Lines[];
  readonly onChange: (text: string) => void;
  /** Changes when the cursor is to go to that line. */
  readonly goTo: { readonly line: number } | null;
}

/** Marks what the form wrote, which is no news to it. */
const fromForm = Annotation.define<boolean>();

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--pause)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--two)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--one)" },
  { tag: tags.comment, color: "var(--faint)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--muted)" },
]);

// Tab is not bound: it leaves the editor, as it leaves every field.
const EXTENSIONS = [
  lineNumbers(),
  lintGutter(),
  history(),
  drawSelection(),
  highlightActiveLine(),
  indentOnInput(),
  indentUnit.of("  "),
  bracketMatching(),
  yaml(),
  syntaxHighlighting(COLOURS),
  keymap.of([...defaultKeymap, ...historyKeymap]),
  EditorView.contentAttributes.of({ "aria-label": "Pod as YAML", spellcheck: "false", tabindex: "0" }),
  BANDS,
  LOOK,
];

export default function YamlEditor({ text, marks, bands, onChange, goTo }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const report = useRef(onChange);
  report.current = onChange;
  // Reported and not yet come back as `text`: an older one of them must not undo what was typed since.
  const echoes = useRef<string[]>([]);
  const first = useRef(text);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    const listen = EditorView.updateListener.of((update) => {
      if (!update.docChanged || update.transactions.some((each) => each.annotation(fromForm))) return;
      const typed = update.state.doc.toString();
      echoes.current.push(typed);
      report.current(typed);
    });
    const state = EditorState.create({ doc: first.current, extensions: [EXTENSIONS, listen] });
    const made = new EditorView({ state, parent: root, root });
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => {
    first.current = text;
    if (view.current) follow(view.current, text, echoes.current);
  }, [text]);

  useEffect(() => {
    if (!view.current) return;
    const { state } = view.current;
    view.current.dispatch(
      setDiagnostics(
        state,
        marks.flatMap((mark) => diagnostic(mark, state.doc.length)),
      ),
    );
  }, [marks]);

  useEffect(() => {
    view.current?.dispatch({ effects: setBands.of(bands) });
  }, [bands]);

  useEffect(() => {
    if (!view.current || !goTo) return;
    const { doc } = view.current.state;
    const line = doc.line(Math.min(goTo.line, doc.lines));
    view.current.dispatch({ selection: { anchor: line.to }, scrollIntoView: true });
    view.current.focus();
  }, [goTo]);

  return <div className="yaml-editor" ref={place} />;
}

/** Makes the document say `text` by the one change that does, so that the cursor and the marks keep their places. */
function follow(view: EditorView, text: string, echoes: string[]): void {
  const echo = echoes.indexOf(text);
  const now = view.state.doc.toString();
  if (now === text) echoes.length = 0;
  else if (echo >= 0) echoes.splice(0, echo + 1);
  else {
    echoes.length = 0;
    const from = common(now, text, (string, at) => string[at]);
    const most = Math.min(now.length, text.length) - from;
    const end = Math.min(
      most,
      common(now, text, (string, at) => string[string.length - 1 - at]),
    );
    view.dispatch({
      changes: { from, to: now.length - end, insert: text.slice(from, text.length - end) },
      annotations: [fromForm.of(true), Transaction.addToHistory.of(false)],
    });
  }
}

function common(one: string, other: string, at: (string: string, index: number) => string | undefined): number {
  const most = Math.min(one.length, other.length);
  let count = 0;
  while (count < most && at(one, count) === at(other, count)) count += 1;
  return count;
}

function diagnostic({ place, message }: Mark, length: number): Diagnostic[] {
  if (!place) return [];
  const to = Math.min(place.to, length);
  return [{ from: Math.min(place.from, to), to, severity: "error", message }];
}
