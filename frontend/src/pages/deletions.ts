// Sends the deletions that wait when their time has come, and tells what became of each. Nothing of it is the service's.
import type { QueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useSyncExternalStore } from "react";
import { deletePod } from "../api/client";
import { told } from "../api/refusal";
import type { Doomed } from "../state/deletions";
import * as pending from "../state/deletions";
import type { Notices } from "./notice-queue";

/** One clock for all that counts down: the same deletion says the same everywhere. */
const TICK_MS = 250;

interface Seen {
  readonly state: pending.Deletions;
  readonly at: number;
}

export class PendingDeletions {
  #state = pending.NONE;
  #seen: Seen = { state: pending.NONE, at: 0 };
  #ticks: ReturnType<typeof setInterval> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #told = new Set<() => void>();
  readonly #notices: Notices;
  readonly #refresh: () => Promise<unknown>;

  constructor(notices: Notices, refresh: () => Promise<unknown>) {
    this.#notices = notices;
    this.#refresh = refresh;
    notices.onReading = (reads) =>
      this.#set(reads ? pending.hold(this.#state, now()) : pending.release(this.#state, now()));
  }

  readonly seen = () => this.#seen;
  readonly subscribe = (tell: () => void) => {
    this.#told.add(tell);
    return () => {
      this.#told.delete(tell);
    };
  };

  ask(pod: Doomed): void {
    if (this.#state.all.has(pod.uid)) return;
    this.#set(pending.ask(this.#state, pod, now()));
    this.#notices.deleting(pod);
  }

  undo(uid: string): void {
    const found = pending.waiting(this.#state).find((each) => each.pod.uid === uid);
    if (!found) return;
    this.#set(pending.undo(this.#state, uid));
    this.#notices.instead(uid, { title: `${found.pod.name} stays` });
  }

  undoLast(): void {
    const last = pending.waiting(this.#state).at(-1);
    if (last) this.undo(last.pod.uid);
  }

  /** Nothing may wait any longer: the page or the session ends. Resolves when the service has answered to all. */
  async leave(): Promise<void> {
    await this.#send(pending.waiting(this.#state).map((each) => each.pod));
  }

  async #send(pods: readonly Doomed[]): Promise<void> {
    if (pods.length === 0) return;
    this.#set(
      pending.sent(
        this.#state,
        pods.map((pod) => pod.uid),
      ),
    );
    await Promise.all(pods.map((pod) => this.#sendOne(pod)));
  }

  async #sendOne(pod: Doomed): Promise<void> {
    try {
      await deletePod(pod);
      this.#notices.instead(pod.uid, {
        title: `${pod.name} is ending`,
        body: "It goes when its processes have ended.",
      });
    } catch (error) {
      const body = `${sentence(told(error))} To try again, press Delete pod.`;
      this.#notices.instead(pod.uid, { title: `${pod.name} was not deleted`, body, isBad: true });
    }
    await this.#refresh().catch(() => undefined);
    this.#set(pending.settle(this.#state, pod.uid));
  }

  #set(state: pending.Deletions): void {
    this.#state = state;
    clearTimeout(this.#timer);
    const wait = pending.nextIn(state, now());
    if (wait !== null) this.#timer = setTimeout(() => void this.#send(pending.due(this.#state, now())), wait);
    const ticks = pending.waiting(state).length > 0;
    if (ticks) this.#ticks ??= setInterval(() => this.#show(), TICK_MS);
    else {
      clearInterval(this.#ticks);
      this.#ticks = undefined;
    }
    this.#show();
  }

  #show(): void {
    this.#seen = { state: this.#state, at: now() };
    for (const tell of this.#told) tell();
  }
}

/** What a service said, as a sentence. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function now(): number {
  return Date.now();
}

export function refreshPods(queries: QueryClient): () => Promise<unknown> {
  return () => queries.invalidateQueries({ queryKey: ["pods"] });
}

export const Deletions = createContext<PendingDeletions | null>(null);

/** For what may be shown without a site around it, as in a test of one view: nothing can be deleted there. */
export function useDeletions(): PendingDeletions | null {
  return useContext(Deletions);
}

const NOBODY = () => () => undefined;
const NOTHING: Seen = { state: pending.NONE, at: 0 };

interface Deletion {
  /** Whole seconds until it is sent; null when it does not wait. */
  readonly left: number | null;
  readonly isSent: boolean;
  readonly ask: () => void;
  readonly undo: () => void;
}

export function useDeletion(pod: Doomed): Deletion {
  const deletions = useDeletions();
  const { state, at } = useSyncExternalStore(deletions?.subscribe ?? NOBODY, deletions?.seen ?? (() => NOTHING));
  return {
    left: pending.secondsLeft(state, pod.uid, at),
    isSent: state.all.get(pod.uid)?.stage === "sent",
    ask: () => deletions?.ask(pod),
    undo: () => deletions?.undo(pod.uid),
  };
}

/** What waits is sent at once when the page is left. */
export function useSentOnLeaving(deletions: PendingDeletions): void {
  const leave = useCallback(() => void deletions.leave(), [deletions]);
  useEffect(() => {
    globalThis.addEventListener("pagehide", leave);
    return () => globalThis.removeEventListener("pagehide", leave);
  }, [leave]);
}
