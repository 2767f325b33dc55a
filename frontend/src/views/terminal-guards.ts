// What a container writes is a stranger's: the terminal shows it, and obeys it in nothing that leaves the pane.
// Sequences by their names in https://invisible-island.net/xterm/ctlseqs/ctlseqs.html.
import type { IDisposable, Terminal } from "@xterm/xterm";

/** Titles; colours and questions for them; notices, the clipboard, and what other terminals have made up. */
const OPERATING = [0, 1, 2, 4, 5, 9, 10, 11, 12, 52, 104, 110, 111, 112, 777, 1337];

/** Questions that are answered by typing; programs at a prompt need some of them. */
const QUESTIONS = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { prefix: "=", final: "c" },
  { prefix: ">", final: "q" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
] as const;

const swallow = () => true;

/**
 * `isOld` says whether what is read now was read by a page before, which answered it: then nobody asks again.
 */
export function guard(terminal: Terminal, isOld: () => boolean): IDisposable[] {
  const { parser } = terminal;
  return [
    ...OPERATING.map((number) => parser.registerOscHandler(number, swallow)),
    // Window operations: xterm has them off; and what is asked with DCS is answered with text of the asker's choice.
    parser.registerCsiHandler({ final: "t" }, swallow),
    parser.registerDcsHandler({ intermediates: "$", final: "q" }, swallow),
    parser.registerDcsHandler({ intermediates: "+", final: "q" }, swallow),
    ...QUESTIONS.map((question) => parser.registerCsiHandler(question, isOld)),
  ];
}
