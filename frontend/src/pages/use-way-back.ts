// The way back from the notices: F6 or Escape, to where the focus came from.
import { useEffect } from "react";

function isNotice(node: EventTarget | null): boolean {
  return node instanceof Element && node.closest(".notices") !== null;
}

export function useWayBack(): void {
  useEffect(() => {
    let before: HTMLElement | null = null;
    const onFocus = ({ target, relatedTarget }: FocusEvent) => {
      if (isNotice(target) && !isNotice(relatedTarget))
        before = relatedTarget instanceof HTMLElement ? relatedTarget : null;
    };
    const onKey = (event: KeyboardEvent) => {
      if ((event.key !== "F6" && event.key !== "Escape") || !isNotice(document.activeElement)) return;
      event.preventDefault();
      event.stopPropagation();
      const there = before?.isConnected ? before : document.getElementById("main");
      there?.focus();
    };
    document.addEventListener("focusin", onFocus);
    // Before React Aria's own listener, which would go round the landmarks, of which there is one.
    globalThis.addEventListener("keydown", onKey, { capture: true });
    return () => {
      document.removeEventListener("focusin", onFocus);
      globalThis.removeEventListener("keydown", onKey, { capture: true });
    };
  }, []);
}
