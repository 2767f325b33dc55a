// Whether somebody can see it: the element is on the screen and the tab in front.
import { type RefObject, useEffect, useState, useSyncExternalStore } from "react";

function onVisibility(tell: () => void): () => void {
  document.addEventListener("visibilitychange", tell);
  return () => document.removeEventListener("visibilitychange", tell);
}

export function useOnScreen(element: RefObject<Element | null>): boolean {
  const [isNear, setNear] = useState(false);
  const inFront = useSyncExternalStore(onVisibility, () => document.visibilityState === "visible");
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting === true));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return isNear && inFront;
}
