// A page that nobody sees: in a tab behind others, or a window put away.

/** Calls `hidden` when the page has been out of sight for so long, `seen` when it comes back after that. */
export function whenHidden(afterMs: number, hidden: () => void, seen: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAway = false;
  const look = () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") {
      timer = setTimeout(() => {
        isAway = true;
        hidden();
      }, afterMs);
    } else if (isAway) {
      isAway = false;
      seen();
    }
  };
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
