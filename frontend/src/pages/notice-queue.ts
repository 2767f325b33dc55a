// What there is to tell, in order. How it shows comes with the first notice; see notices.tsx.
import { createContext, useContext } from "react";
import { UNSTABLE_ToastQueue as ToastQueue } from "react-aria-components";
import type { Doomed } from "../state/deletions";

export interface Said {
  readonly title: string;
  readonly body?: string;
  /** It stays until it is closed. */
  readonly isBad?: boolean;
}

export type Notice =
  | { readonly kind: "said"; readonly said: Said }
  | { readonly kind: "deleting"; readonly pod: Doomed };

const SHOWN_MS = 6000;

export class Notices extends ToastQueue<Notice> {
  /** Told when somebody begins and ends to read: hovers, or has the focus in here. */
  onReading: (reads: boolean) => void = () => undefined;
  readonly #deleting = new Map<string, string>();

  override pauseAll(): void {
    super.pauseAll();
    this.onReading(true);
  }

  override resumeAll(): void {
    super.resumeAll();
    this.onReading(false);
  }

  override close(key: string): void {
    super.close(key);
    // A notice that goes from under the pointer never hears that the pointer left.
    if (this.visibleToasts.length === 0) this.onReading(false);
  }

  /** What is said again takes the place of what still stands there: many of one kind would hide the page. */
  say(said: Said): void {
    const same = this.visibleToasts.filter(({ content }) => content.kind === "said" && isSame(content.said, said));
    this.add({ kind: "said", said }, said.isBad ? {} : { timeout: SHOWN_MS });
    for (const { key } of same) this.close(key);
  }

  deleting(pod: Doomed): void {
    this.#deleting.set(pod.uid, this.add({ kind: "deleting", pod }));
  }

  /** The notice of that deletion gives way to another. */
  instead(uid: string, said: Said): void {
    const key = this.#deleting.get(uid);
    this.#deleting.delete(uid);
    this.say(said);
    if (key !== undefined) this.close(key);
  }
}

function isSame(one: Said, other: Said): boolean {
  return one.title === other.title && one.body === other.body;
}

export const NoticesContext = createContext<Notices | null>(null);

export function useNotices(): Notices | null {
  return useContext(NoticesContext);
}
