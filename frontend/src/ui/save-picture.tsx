// Two presses that give a picture as a file.
import { type RefObject, useState } from "react";
import { Button } from "./button";
import { download } from "./take";

interface Props {
  /** Holds the drawing. */
  readonly of: RefObject<HTMLElement | null>;
  /** The file's name, without what it ends with. */
  readonly file: string;
}

async function save(holder: HTMLElement, file: string, kind: "svg" | "png"): Promise<void> {
  const { drawn, standalone } = await import("./picture-file");
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

export function SavePicture({ of, file }: Props) {
  const [problem, setProblem] = useState("");
  const press = (kind: "svg" | "png") => () => {
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
      <Button kind="quiet" aria-label="Save the picture as SVG" onPress={press("svg")}>
        SVG
      </Button>
      <Button kind="quiet" aria-label="Save the picture as PNG" onPress={press("png")}>
        PNG
      </Button>
    </>
  );
}
