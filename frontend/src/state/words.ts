// Words one a line, as text, and back without loss. A word that a line cannot hold is written as JSON text in quotes.

function needsQuotes(word: string): boolean {
  return /[\n\r]/.test(word) || read(word) !== word;
}

/** A line as the word it means: "…" that is JSON text means that text, everything else itself. */
function read(line: string): string {
  if (!line.startsWith('"')) return line;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "string" ? value : line;
  } catch {
    return line;
  }
}

/** A last empty line is how typing ends, not a word. */
export function wordsOf(typed: string): string[] {
  const all = typed.split("\n");
  if (all.at(-1) === "") all.pop();
  return all.map(read);
}

export function typedAs(words: readonly string[]): string {
  const typed = words.map((word) => (needsQuotes(word) ? JSON.stringify(word) : word)).join("\n");
  return words.at(-1) === "" ? `${typed}\n` : typed;
}
