// What can be pointed at in a drawing, and the shapes that all of it is made of.
import type { ReactNode } from "react";
import type { Box } from "../state/picture";
import { useLight } from "../ui/lit";

interface ThingProps {
  readonly name: string;
  readonly look: string;
  readonly lights: readonly string[];
  readonly answers?: readonly string[];
  readonly children: ReactNode;
}

/** Something to point at or to reach with the Tab key; its name is all that it shows. */
export function Thing({ name, look, lights, answers = lights, children }: ThingProps) {
  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: what lights under the pointer must light under the focus too
    <g role="img" aria-label={name} tabIndex={0} className={`thing ${look}`} {...useLight(lights, answers)}>
      <title>{name}</title>
      {children}
    </g>
  );
}

export function Frame({ box, round = 8 }: { readonly box: Box; readonly round?: number }) {
  return <rect className="shape" x={box.x} y={box.y} width={box.w} height={box.h} rx={round} />;
}

interface QuietProps {
  readonly look: string;
  readonly keys: readonly string[];
  readonly title: string;
  readonly children: ReactNode;
}

/** Lights, and is no stop of the Tab key: what it says, the boxes at its ends say too. */
export function Quiet({ look, keys, title, children }: QuietProps) {
  return (
    <g className={look} {...useLight(keys, keys)}>
      <title>{title}</title>
      {children}
    </g>
  );
}
