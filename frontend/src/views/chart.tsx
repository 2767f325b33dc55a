// A chart of one measure over time, a line a member in its colour; what it shows is said beside it as well.
import "uplot/dist/uPlot.min.css";
import "./limits.css";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { SavePicture } from "../ui/save-picture";

export interface Line {
  readonly name: string;
  /** The class that carries the member's colour. */
  readonly look: string;
  /** Values by second since 1970; null is a gap. */
  readonly points: readonly (readonly [at: number, value: number | null])[];
}

interface Props {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly tell: (value: number) => string;
}

const PNG = ["png"] as const;
const HEIGHT = 120;
/** Seconds that are shown: what there is, within these. */
const LEAST_SPAN = 30;
const SPAN = 120;

/** All times of all lines, and each line's values at them. */
function aligned(lines: readonly Line[]): uPlot.AlignedData {
  const times = [...new Set(lines.flatMap((line) => line.points.map(([at]) => at)))].sort((a, b) => a - b);
  const rows = lines.map((line) => {
    const known = new Map(line.points);
    // Where another line has a moment of its own, this one goes on: undefined is no gap.
    return times.map((at) => known.get(at));
  });
  return [times, ...rows];
}

/** The colour that a class gives, as the canvas takes it. */
function colourOf(host: HTMLElement, look: string): string {
  const probe = document.createElement("i");
  probe.className = `${look} chart-ink`;
  host.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function options(host: HTMLElement, lines: readonly Line[], tell: (value: number) => string): uPlot.Options {
  const ink = colourOf(host, "chart-axis");
  const grid = { stroke: colourOf(host, "chart-grid"), width: 1 };
  const axis = { stroke: ink, grid, ticks: grid, font: "11px Inter Variable, sans-serif" };
  return {
    width: Math.max(host.clientWidth, 100),
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    pxAlign: false,
    scales: {
      x: { range: (_, min, max) => [Math.max(max - SPAN, Math.min(min, max - LEAST_SPAN)), max] },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((at) => new Date(at * 1000).toISOString().slice(14, 19)), size: 24 },
      { ...axis, values: (_, ticks) => ticks.map(tell), size: 64 },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.name,
        stroke: colourOf(host, line.look),
        width: 1.5,
        points: { show: false },
      })),
    ],
  };
}

export function Chart({ title, lines, tell }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const data = aligned(lines);
  const latest = useRef({ lines, tell, data });
  latest.current = { lines, tell, data };
  const kinds = lines.map((line) => `${line.name} ${line.look}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew for other lines, and fed below
  useEffect(() => {
    const place = host.current;
    if (!place) return;
    const draw = () => {
      chart.current?.destroy();
      const now = latest.current;
      chart.current = new uPlot(options(place, now.lines, now.tell), now.data, place);
    };
    draw();
    const sized = new ResizeObserver(() => chart.current?.setSize({ width: place.clientWidth, height: HEIGHT }));
    sized.observe(place);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw);
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributes: true });
    return () => {
      sized.disconnect();
      themed.disconnect();
      scheme.removeEventListener("change", draw);
      chart.current?.destroy();
      chart.current = null;
    };
  }, [kinds]);
  useEffect(() => chart.current?.setData(data), [data]);
  const last = lines.map((line) => {
    const value = line.points.at(-1)?.[1];
    return `${line.name} ${typeof value === "number" ? tell(value) : "unknown"}`;
  });
  return (
    <figure className="chart">
      <figcaption>
        {title} <SavePicture of={host} file={title.toLowerCase()} what={`the chart ${title}`} kinds={PNG} />
      </figcaption>
      <div ref={host} className="chart-place" role="img" aria-label={`${title}: ${last.join(", ")}`} />
    </figure>
  );
}
