import { expect, test } from "vitest";
import type { CatalogueImage } from "../api/client";
import { brieflyOn, isOnItsWay, noteOn, offered } from "./catalogue";

function image(reference: string, state: CatalogueImage["state"], message = "", size = 0, pinned = ""): CatalogueImage {
  return { reference, state, message, size, pinned };
}

const IMAGES = [
  image("nginx:latest", "ready", "", 228_713_000),
  image("mysql:latest", "waiting"),
  image("wordpress:latest", "building"),
  image("host:5000/pulled:1", "pulling"),
  image("bad:latest", "failed", "the build left with \u001b100"),
  image("worse:latest", "failed"),
  image("large:1", "ready", "", 1_540_000_000),
  image("busybox:latest", "ready", "", 400_000),
];

test("the list says how ready each is", () => {
  expect(IMAGES.map(brieflyOn)).toEqual([
    "ready · 229 MB",
    "waits to be built",
    "being built",
    "being pulled",
    "failed",
    "failed",
    "ready · 1.5 GB",
    "ready · 1 MB",
  ]);
});

test("what failed stays so until somebody tries again", () => {
  expect(IMAGES.filter(isOnItsWay).map((each) => each.state)).toEqual(["waiting", "building", "pulling"]);
});

test("what the service itself is made of is not offered", () => {
  const names = ["nginx:latest", "playground/toolbox:1", "playground/base:1", "playground/redis:1", "postgres:17"];
  const all = names.map((name) => image(name, "ready"));
  expect(offered(all).map((each) => each.reference)).toEqual(["nginx:latest", "playground/toolbox:1", "postgres:17"]);
});

test.each([
  ["nginx", "ready · 229 MB"],
  ["nginx:latest ", "ready · 229 MB"],
  ["", ""],
  ["nobody/knows:it", "Not on the node: it will be pulled when the pod is created."],
  ["wordpress:6", "Not on the node: it will be pulled when the pod is created."],
  ["host:5000/pulled", "Not on the node: it will be pulled when the pod is created."],
  ["mysql", "This image waits to be built on this node: the pod will wait for it."],
  ["wordpress:latest", "This image is being built on this node: the pod will wait for it."],
  ["wordpress", "This image is being built on this node: the pod will wait for it."],
  ["host:5000/pulled:1", "This image is being pulled: the pod will wait for it."],
  ["bad", "The last try to get this image failed: the build left with \\x1b100"],
  ["worse", "The last try to get this image failed"],
])("the note on %j is %j", (typed, note) => {
  expect(noteOn(IMAGES, typed)).toBe(note);
});

test("nothing is said of an image that must not be pulled, but that it is not there; nor of any while none is known", () => {
  expect(noteOn(IMAGES, "new", "Never")).toBe("Not on the node, and the pull policy Never forbids to pull it.");
  expect(noteOn([], "nginx")).toBe("");
});

test("an image that is pinned is told as that, with the beginning of its id", () => {
  const id = `sha256:0123456789abcdef${"0".repeat(48)}`;
  const pinned = image("nginx:latest", "ready", "", 228_713_000, id);
  expect(brieflyOn(pinned)).toBe("ready · 229 MB · pinned");
  expect(noteOn([pinned], "nginx")).toBe("ready · 229 MB · pinned to 0123456789ab");
});
