// Parts of the site that come when they are first needed.
import { type ComponentType, type LazyExoticComponent, lazy } from "react";

// Chromium gives up what it is loading (ERR_NETWORK_CHANGED) whenever an interface of its machine comes or goes. Where
// the playground runs on that machine, every pod that starts or ends is one.
const WAITS_MS = [100, 300, 1000, 3000];

const wait = (ms: number) => new Promise<void>((go) => setTimeout(go, ms));

/** What `load` brings, asked for again while it does not come. Rejects as the last try did. */
export async function arriving<T>(load: () => Promise<T>, pause: (ms: number) => Promise<void> = wait): Promise<T> {
  for (const ms of WAITS_MS) {
    try {
      return await load();
    } catch {
      await pause(ms);
    }
  }
  return load();
}

/** A component of a part that comes late; `load` imports it. */
// biome-ignore lint/suspicious/noExplicitAny: as in React's own type of lazy: any props will do
export function late<T extends ComponentType<any>>(load: () => Promise<T>): LazyExoticComponent<T> {
  return lazy(async () => ({ default: await arriving(load) }));
}
