// A picture that does not flicker: connections that lasted a moment stay for some seconds, and room once made is kept.
import type { Scene, Talk } from "./scene";

/** How long a talk that is over stays in the picture, in milliseconds. */
export const LINGER_MS = 2500;

interface Held {
  readonly talk: Talk;
  /** When it was last open. */
  readonly at: number;
}

export interface Steady {
  /** What was last settled: the same one again changes nothing but what has lingered long enough. */
  readonly of: Scene | null;
  readonly scene: Scene | null;
  readonly held: ReadonlyMap<string, Held>;
}

export const UNSETTLED: Steady = { of: null, scene: null, held: new Map() };

/** The scene at `now`, with the talks that were open a moment ago; each keeps its place among the others. */
export function settled(last: Steady, scene: Scene, now: number): Steady {
  const open = new Set(scene.talks.map((talk) => talk.key));
  const stays = [...last.held].filter(([key, { at }]) => !open.has(key) && now - at < LINGER_MS);
  const names = new Set(scene.members.map((member) => member.name));
  const over = stays.filter(([, { talk }]) => names.has(talk.to) && (talk.from === null || names.has(talk.from)));
  const talks = [...scene.talks, ...over.map(([, { talk }]) => ({ ...talk, isOver: true }))];
  const held = new Map([...over, ...scene.talks.map((talk) => [talk.key, { talk, at: now }] as const)]);
  const rank = (talk: Talk) => scene.members.findIndex((member) => member.name === talk.to);
  talks.sort((a, b) => rank(a) - rank(b) || a.port - b.port || a.key.localeCompare(b.key));
  return { of: scene, scene: over.length === 0 ? scene : { ...scene, talks }, held };
}

/** When the next talk that is over has lingered long enough; null where none is. */
export function until({ scene, held }: Steady): number | null {
  const ends = (scene?.talks ?? [])
    .filter((talk) => talk.isOver)
    .map((talk) => (held.get(talk.key)?.at ?? 0) + LINGER_MS);
  return ends.length === 0 ? null : Math.min(...ends);
}
