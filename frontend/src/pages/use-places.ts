// Where an address leads within a page: `#processes` to that pane, once it is there; another page to its beginning.
import { useEffect, useRef } from "react";
import { useLocation } from "react-router";

/** How long a pane may take to come. */
const PATIENCE_MS = 10_000;
/** How long what comes above it may still push it away. */
const SETTLE_MS = 2000;
const ANY_WILL = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

function go(element: HTMLElement): void {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "start" });
}

function begin(): void {
  globalThis.scrollTo(0, 0);
  document.getElementById("main")?.focus({ preventScroll: true });
}

function byHash(hash: string): HTMLElement | null {
  try {
    return document.getElementById(decodeURIComponent(hash.slice(1)));
  } catch {
    return null;
  }
}

/** Until it is found, or the person does something else. Returns how to stop. */
function seek(hash: string): () => void {
  let reached: HTMLElement | null = null;
  const look = () => {
    const element = byHash(hash);
    if (element && element !== reached) {
      reached = element;
      go(element);
      clearTimeout(timer);
      timer = setTimeout(stop, SETTLE_MS);
    } else if (element) element.scrollIntoView({ block: "start" });
  };
  const changes = new MutationObserver(look);
  const stop = () => {
    changes.disconnect();
    clearTimeout(timer);
    for (const type of ANY_WILL) globalThis.removeEventListener(type, stop);
  };
  let timer = setTimeout(stop, PATIENCE_MS);
  for (const type of ANY_WILL) globalThis.addEventListener(type, stop, { passive: true });
  changes.observe(document.body, { childList: true, subtree: true });
  look();
  return stop;
}

export function usePlaces(): void {
  const { hash, pathname, key } = useLocation();
  const before = useRef(pathname);
  // `key` changes with each visit: the same link leads there again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a visit is what this follows
  useEffect(() => {
    const isAnother = before.current !== pathname;
    before.current = pathname;
    if (hash.length > 1) return seek(hash);
    if (isAnother) begin();
    return undefined;
  }, [hash, pathname, key]);
}
