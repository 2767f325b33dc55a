import { expect, test } from "vitest";
import { named, tooLarge } from "./first-load";

const PAGE = `<!doctype html><head>
  <script src="/static/theme.js"></script>
  <link rel="icon" href="/static/icon.svg" type="image/svg+xml" />
  <script type="module" crossorigin src="/static/first-C50BymWa.js"></script>
  <link rel="modulepreload" crossorigin href="/static/react-1.js">
  <link rel="stylesheet" crossorigin href="/static/style-1.css">`;

/** What compresses to no less than its length. */
const noise = (length: number) => crypto.getRandomValues(new Uint8Array(length));

test("scripts and styles that the page names count, its icon does not", () => {
  expect(named(PAGE)).toEqual([
    "static/theme.js",
    "static/first-C50BymWa.js",
    "static/react-1.js",
    "static/style-1.css",
  ]);
});

test("a first load that passes 150 kB says by how much, and what weighs most", () => {
  const sizes: Record<string, number> = { "static/first-C50BymWa.js": 60_000, "static/style-1.css": 61_000 };
  const said = tooLarge(PAGE, (name) => noise(sizes[name] ?? 20_000));
  expect(said).toMatch(/^The first load is 161\.\d kB of compressed script and style, 150 kB at most: /);
  expect(said).toContain("static/style-1.css 61.0 kB, static/first-C50BymWa.js 60.0 kB");
  expect(said).toContain("ui/late.ts");
});

test("a first load within its size is passed over", () => {
  expect(tooLarge(PAGE, () => noise(37_000))).toBeNull();
});

test("what is compressed is what counts", () => {
  expect(tooLarge(PAGE, () => new Uint8Array(1_000_000))).toBeNull();
});

test("a page that names no script is no build of ours", () => {
  expect(tooLarge("<html></html>", () => noise(1))).toMatch(/names no script/);
});
