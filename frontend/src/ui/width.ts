// How much room an element has, in steps, so that a scrollbar that comes and goes does not move a picture.
import { useLayoutEffect, useRef, useState } from "react";

const STEP = 8;

/** A ref for the element and its inner width in pixels; `before` until it is known. */
export function useWidth(before: number) {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(before);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element || typeof ResizeObserver === "undefined") return;
    const measure = () => {
      if (element.clientWidth > 0) setWidth(Math.floor(element.clientWidth / STEP) * STEP);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width } as const;
}
