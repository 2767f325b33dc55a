// A member's colour, the same wherever it shows: by its place in the pod, four hues and then patterns of them.
import { createContext, useContext } from "react";

const HUES = 4;

/** The class that gives an element and what is in it the colour of a member; pause is member "". */
export function hue(member: string, members: readonly string[]): string {
  if (member === "") return "hue-pause";
  const at = members.indexOf(member);
  if (at < 0) return "hue-none";
  return `hue-${(at % HUES) + 1} weave-${Math.floor(at / HUES) % 3}`;
}

/** The pod's members in its own order. */
export const Members = createContext<readonly string[]>([]);

export function useHue(): (member: string) => string {
  const members = useContext(Members);
  return (member) => hue(member, members);
}
