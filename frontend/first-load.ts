// What everyone loads before the first page shows has a size, and a build that passes it fails.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Of kB, 1000 bytes each, compressed as a proxy in front does it (gzip, its usual level). */
const MOST_KB = 150;

/** The scripts and style sheets that a page names, below the site's root. */
export function named(html: string): string[] {
  return [...html.matchAll(/\s(?:src|href)="\/([^"]+\.(?:js|css))"/g)].flatMap((match) => match[1] ?? []);
}

/** A sentence where what `html` names is too large, or is nothing; null where all is well. `read` gives a file's bytes. */
export function tooLarge(html: string, read: (name: string) => Uint8Array): string | null {
  const sizes = named(html).map((name) => ({ name, kb: gzipSync(read(name)).length / 1000 }));
  if (sizes.length === 0) return "The built page names no script: the size of the first load is not known.";
  const sum = sizes.reduce((total, { kb }) => total + kb, 0);
  if (sum <= MOST_KB) return null;
  const largest = sizes.sort((one, other) => other.kb - one.kb).slice(0, 3);
  return (
    `The first load is ${sum.toFixed(1)} kB of compressed script and style, ${MOST_KB} kB at most: ` +
    `${largest.map(({ name, kb }) => `${name} ${kb.toFixed(1)} kB`).join(", ")}. ` +
    "What the first page does not need comes later: src/ui/late.ts."
  );
}

/** Looks at the site once it is written. */
export function firstLoad(): Plugin {
  return {
    name: "first-load",
    apply: "build",
    writeBundle({ dir = "dist" }) {
      const wrong = tooLarge(readFileSync(join(dir, "index.html"), "utf8"), (name) => readFileSync(join(dir, name)));
      if (wrong) this.error(wrong);
    },
  };
}
