// How wide an element is, followed as it changes.
import { useEffect, useRef, useState } from "react";

/** `usual` stands until the element was measured, and where nothing can be. */
export function useWidth<E extends HTMLElement>(usual: number) {
  const element = useRef<E>(null);
  const [width, setWidth] = useState(usual);
  useEffect(() => {
    const found = element.current;
    if (!found || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(([entry]) => {
      // Hidden it has no width; the last one is the better guess.
      if (entry && entry.contentRect.width > 0) setWidth(Math.round(entry.contentRect.width));
    });
    observer.observe(found);
    return () => observer.disconnect();
  }, []);
  return { element, width };
}
