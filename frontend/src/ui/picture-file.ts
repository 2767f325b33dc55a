// A drawing as a file of its own: an SVG that needs no style sheet of ours, or a PNG of it.

/** What the style sheets say about a shape or a text, as attributes that every viewer knows (SVG 2 §6.6). */
const STYLED = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "vector-effect",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "white-space",
] as const;

const DRAWN = "rect, path, circle, line, text, tspan";

/** Of use in the page only. */
const IN_PAGE = ["class", "tabindex", "role", "data-lit", "style"] as const;

const SCALE = 2;

const SVG = "http://www.w3.org/2000/svg";

/** A file: its text, and how large it is in pixels. */
export interface File {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

function made(name: string, attributes: Readonly<Record<string, string | number>>, text = ""): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
}

/** A copy that needs no style sheet. */
function styled(drawing: SVGSVGElement): SVGSVGElement {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const originals = drawing.querySelectorAll(DRAWN);
  copy.querySelectorAll(DRAWN).forEach((element, at) => {
    const style = originals[at] && getComputedStyle(originals[at]);
    for (const name of STYLED) {
      const value = style?.getPropertyValue(name);
      if (value) element.setAttribute(name, plainColour(value));
    }
  });
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const name of IN_PAGE) element.removeAttribute(name);
  }
  return copy;
}

function sheet(ground: string): SVGElement {
  return made("rect", { width: "100%", height: "100%", fill: plainColour(ground) });
}

/** The drawing as it looks now, theme and all, on a ground of that colour; fonts are named, not brought along. */
export function standalone(drawing: SVGSVGElement, ground: string): File {
  const copy = styled(drawing);
  copy.prepend(sheet(ground));
  const [, , width = 0, height = 0] = (drawing.getAttribute("viewBox") ?? "").split(/\s+/).map(Number);
  return { svg: new XMLSerializer().serializeToString(copy), width, height };
}

const NAMES = 180;
const LANE = 1000;
const ROW = 24;
const PAD = 16;

/** Drawings of one lane each under each other, each with its name; `ends` stand below at the left and the right. */
export function stacked(
  drawings: readonly SVGSVGElement[],
  { ground, ink, ends }: { readonly ground: string; readonly ink: string; readonly ends: readonly [string, string] },
): File {
  const width = NAMES + LANE + 2 * PAD;
  const height = (drawings.length + 1) * ROW + 2 * PAD;
  const whole = made("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` });
  const words = (text: string, x: number, row: number, anchor: "start" | "end") =>
    made(
      "text",
      {
        x,
        y: PAD + row * ROW + 14,
        fill: plainColour(ink),
        "font-family": "sans-serif",
        "font-size": 13,
        "text-anchor": anchor,
      },
      text,
    );
  whole.append(sheet(ground));
  drawings.forEach((drawing, row) => {
    const copy = styled(drawing);
    const place = { x: NAMES + PAD, y: PAD + row * ROW, width: LANE, height: 16, preserveAspectRatio: "none" };
    for (const [key, value] of Object.entries(place)) copy.setAttribute(key, String(value));
    const [name = ""] = (drawing.getAttribute("aria-label") ?? "").split(":");
    whole.append(words(name, PAD, row, "start"), copy);
  });
  whole.append(words(ends[0], NAMES + PAD, drawings.length, "start"));
  whole.append(words(ends[1], width - PAD, drawings.length, "end"));
  return { svg: new XMLSerializer().serializeToString(whole), width, height };
}

/** A mixed colour as browsers compute it (CSS Color 4 §10), in the words that every viewer of SVG knows. */
export function plainColour(value: string): string {
  const parts = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(value);
  if (!parts) return value;
  const [red, green, blue] = parts.slice(1, 4).map((part) => Math.round(Number(part) * 255));
  return parts[4] ? `rgba(${red}, ${green}, ${blue}, ${parts[4]})` : `rgb(${red}, ${green}, ${blue})`;
}

/** That SVG, drawn with two points a pixel. Rejects where the browser cannot draw it. */
export async function drawn({ svg, width, height }: File): Promise<Blob> {
  const image = new Image(width * SCALE, height * SCALE);
  // The page's policy lets pictures come from data: and from nowhere else.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d")?.drawImage(image, 0, 0, image.width, image.height);
  return asPng(canvas);
}

/** A chart as it is on its canvas, which has no ground of its own. */
export function onGround(chart: HTMLCanvasElement, ground: string): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = chart.width;
  canvas.height = chart.height;
  const pen = canvas.getContext("2d");
  if (pen) {
    pen.fillStyle = ground;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(chart, 0, 0);
  }
  return asPng(canvas);
}

function asPng(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser drew nothing")))),
  );
}
