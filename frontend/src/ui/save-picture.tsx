// A press that gives a picture as a file: a drawing as SVG or PNG, a chart as PNG.
import { type RefObject, useState } from "react";
import { Button } from "./button";
import { download } from "./take";

interface Props {
  /** Holds the drawing, or the chart's canvas. */
  readonly of: RefObject<HTMLElement | null>;
  /** The file's name, without what it ends with. */
  readonly file: string;
  /** Ends "Save …", for those who hear it. */
  readonly what: string;
  readonly kinds?: readonly Kind[];
  /** Where several lanes are one picture: what stands at its left and its right end. */
  readonly ends?: readonly [string, string];
}

type Kind = "svg" | "png";
const BOTH: readonly Kind[] = ["svg", "png"];

async function save(holder: HTMLElement, name: string, kind: Kind, ends?: readonly [string, string]): Promise<void> {
  const { drawn, onGround, stacked, standalone } = await import("./picture-file");
  const ground = groundOf(holder);
  const chart = holder.querySelector("canvas");
  if (chart) return download(`${name}.png`, await onGround(chart, ground), "image/png");
  const drawings = [...holder.querySelectorAll("svg")];
  const [drawing] = drawings;
  if (!drawing) return;
  const ink = getComputedStyle(holder).color;
  const file = ends ? stacked(drawings, { ground, ink, ends }) : standalone(drawing, ground);
  if (kind === "svg") return download(`${name}.svg`, file.svg, "image/svg+xml");
  download(`${name}.png`, await drawn(file), "image/png");
}

/** The colour behind an element: its own, or that of the nearest around it that has one. */
function groundOf(element: HTMLElement): string {
  for (let each: Element | null = element; each; each = each.parentElement) {
    const { backgroundColor } = getComputedStyle(each);
    if (backgroundColor && !["transparent", "rgba(0, 0, 0, 0)"].includes(backgroundColor)) return backgroundColor;
  }
  return "white";
}

export function SavePicture({ of, file, what, kinds = BOTH, ends }: Props) {
  const [problem, setProblem] = useState("");
  const press = (kind: Kind) => () => {
    if (!of.current) return;
    setProblem("");
    save(of.current, file, kind, ends).catch(() => setProblem(`The browser could not make a ${kind.toUpperCase()}.`));
  };
  return (
    <>
      {problem && (
        <span className="hint" role="alert">
          {problem}
        </span>
      )}
      {kinds.map((kind) => (
        <Button key={kind} kind="quiet" aria-label={`Save ${what} as ${kind.toUpperCase()}`} onPress={press(kind)}>
          {kind.toUpperCase()}
        </Button>
      ))}
    </>
  );
}
