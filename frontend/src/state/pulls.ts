// How far a pull is, in words.
import type { PullView } from "../api/wire";

const MB = 1_000_000;

function megabytes(bytes: number): string {
  return (bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0);
}

/** "pulling: 3 of 7 layers, 41 of 120 MB"; what is not known yet is left out. */
export function pullWords({ layersDone, layers, bytesCome, bytes }: Omit<PullView, "reference">): string {
  if (layers === 0) return "pulling";
  const come = bytes > 0 ? `, ${megabytes(bytesCome)} of ${megabytes(bytes)} MB` : "";
  return `pulling: ${layersDone} of ${layers} layer${layers === 1 ? "" : "s"}${come}`;
}
