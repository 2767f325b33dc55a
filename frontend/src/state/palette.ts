// Finding a command by some of its words.

export interface Findable {
  readonly title: string;
  readonly section: string;
  /** Words it is found by besides its title. */
  readonly also?: string;
}

/** How well a word fits: the title begins with it, a word of the title does, the title has it, the rest has it. */
function fitness(command: Findable, word: string): number {
  const title = command.title.toLowerCase();
  if (title.startsWith(word)) return 4;
  if (title.split(/[^\p{L}\p{N}]+/u).some((each) => each.startsWith(word))) return 3;
  if (title.includes(word)) return 2;
  return `${command.section} ${command.also ?? ""}`.toLowerCase().includes(word) ? 1 : 0;
}

/** Those that have every word of the query, best first; without a query all, as they come. */
export function found<Command extends Findable>(commands: readonly Command[], query: string): readonly Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return commands;
  return commands
    .map((command) => ({ command, fits: words.map((word) => fitness(command, word)) }))
    .filter(({ fits }) => fits.every((each) => each > 0))
    .map(({ command, fits }) => ({ command, score: fits.reduce((sum, each) => sum + each, 0) }))
    .sort((one, other) => other.score - one.score)
    .map(({ command }) => command);
}

interface Section<Command> {
  readonly name: string;
  readonly commands: readonly Command[];
}

/** By section, the one with the best find first. */
export function sections<Command extends Findable>(commands: readonly Command[]): readonly Section<Command>[] {
  const grouped = new Map<string, Command[]>();
  for (const command of commands) grouped.set(command.section, [...(grouped.get(command.section) ?? []), command]);
  return [...grouped].map(([name, each]) => ({ name, commands: each }));
}
