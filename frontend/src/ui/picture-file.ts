// A drawing as a file of its own: an SVG that needs no style sheet of ours, or a PNG of it.

/** What the style sheets say about a shape or a text, as attributes that every viewer knows (SVG 2 §6.6). */
const STYLED = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
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

/** The drawing as it looks now, theme and all, on a ground of that colour; fonts are named, not brought along. */
export function standalone(drawing: SVGSVGElement, ground: string): string {
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
  const sheet = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width: "100%", height: "100%", fill: plainColour(ground) })) {
    sheet.setAttribute(name, value);
  }
  copy.prepend(sheet);
  return new XMLSerializer().serializeToString(copy);
}

/** A mixed colour as browsers compute it (CSS Color 4 §10), in the words that every viewer of SVG knows. */
export function plainColour(value: string): string {
  const parts = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(value);
  if (!parts) return value;
  const [red, green, blue] = parts.slice(1, 4).map((part) => Math.round(Number(part) * 255));
  return parts[4] ? `rgba(${red}, ${green}, ${blue}, ${parts[4]})` : `rgb(${red}, ${green}, ${blue})`;
}

/** That SVG, drawn with two points a pixel. Rejects where the browser cannot draw it. */
export async function drawn(svg: string, width: number, height: number): Promise<Blob> {
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
