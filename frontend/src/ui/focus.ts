// Moves the focus to what only comes with the next render: a new row's first field, or what stands after a removed one.
import { useEffect, useRef } from "react";

/** The function takes the id of an element that will be there. */
export function useFocusNext(): (id: string) => void {
  const wanted = useRef<string | null>(null);
  useEffect(() => {
    if (wanted.current === null) return;
    document.getElementById(wanted.current)?.focus();
    wanted.current = null;
  });
  return (id) => {
    wanted.current = id;
  };
}
