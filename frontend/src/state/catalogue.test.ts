import { expect, test } from "vitest";
import type { CatalogueImage } from "../api/client";
import { isOnItsWay, listedAs, noteOn } from "./catalogue";

function image(reference: string, state: CatalogueImage["state"], message = ""): CatalogueImage {
  return { reference, state, message, size: 0 };
}

const IMAGES = [
  image("nginx:latest", "ready"),
  image("mysql:latest", "waiting"),
  image("wordpress:latest", "building"),
  image("host:5000/pulled:1", "pulling"),
  image("bad:latest", "failed", "the build left with \u001b100"),
  image("worse:latest", "failed"),
];

test("the list says what is not ready", () => {
  expect(IMAGES.map(listedAs)).toEqual([
    "nginx:latest",
    "mysql:latest · waits to be built",
    "wordpress:latest · being built",
    "host:5000/pulled:1 · being pulled",
    "bad:latest · failed",
    "worse:latest · failed",
  ]);
});

test("what failed stays so until somebody tries again", () => {
  expect(IMAGES.filter(isOnItsWay).map((each) => each.state)).toEqual(["waiting", "building", "pulling"]);
});

test.each([
  ["nginx", ""],
  ["nginx:latest", ""],
  ["", ""],
  ["nobody/knows:it", ""],
  ["wordpress:6", ""],
  ["host:5000/pulled", ""],
  ["mysql", "This image waits to be built on this node: the pod will wait for it."],
  ["wordpress:latest", "This image is being built on this node: the pod will wait for it."],
  ["wordpress", "This image is being built on this node: the pod will wait for it."],
  ["host:5000/pulled:1", "This image is being pulled: the pod will wait for it."],
  ["bad", "The last try to get this image failed: the build left with \\x1b100"],
  ["worse", "The last try to get this image failed"],
])("the note on %j is %j", (typed, note) => {
  expect(noteOn(IMAGES, typed)).toBe(note);
});
