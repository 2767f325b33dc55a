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
}

type Kind = "svg" | "png";
const BOTH: readonly Kind[] = ["svg", "png"];

async function save(holder: HTMLElement, file: string, kind: Kind): Promise<void> {
  const { drawn, onGround, standalone } = await import("./picture-file");
  const chart = holder.querySelector("canvas");
  if (chart) return download(`${file}.png`, await onGround(chart, groundOf(holder)), "image/png");
  const drawing = holder.querySelector("svg");
  if (!drawing) return;
  const svg = standalone(drawing, groundOf(holder));
  if (kind === "svg") return download(`${file}.svg`, svg, "image/svg+xml");
  const { width, height } = drawing.viewBox.baseVal;
  download(`${file}.png`, await drawn(svg, width, height), "image/png");
}

/** The colour behind an element: its own, or that of the nearest around it that has one. */
function groundOf(element: HTMLElement): string {
  for (let each: Element | null = element; each; each = each.parentElement) {
    const { backgroundColor } = getComputedStyle(each);
    if (backgroundColor && !["transparent", "rgba(0, 0, 0, 0)"].includes(backgroundColor)) return backgroundColor;
  }
  return "white";
}

export function SavePicture({ of, file, what, kinds = BOTH }: Props) {
  const [problem, setProblem] = useState("");
  const press = (kind: Kind) => () => {
    if (!of.current) return;
    setProblem("");
    save(of.current, file, kind).catch(() => setProblem(`The browser could not make a ${kind.toUpperCase()}.`));
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
