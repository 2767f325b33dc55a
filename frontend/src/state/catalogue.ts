// What the catalogue says of images: beside a name in the list of suggestions, and under the field it is typed in.
import type { CatalogueImage } from "../api/client";
import { visible } from "./text";

type State = CatalogueImage["state"];

const ON_ITS_WAY: readonly State[] = ["pulling", "building", "waiting"];

const BRIEFLY: Readonly<Record<State, string>> = {
  ready: "ready",
  pulling: "being pulled",
  building: "being built",
  waiting: "waits to be built",
  failed: "failed",
};

/** It changes by itself before long. */
export function isOnItsWay(image: CatalogueImage): boolean {
  return ON_ITS_WAY.includes(image.state);
}

/** "229 MB": whole megabytes are as much as anybody wants to know of an image. */
function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}

export function brieflyOn(image: CatalogueImage): string {
  const told = image.state === "ready" && image.size > 0 ? `ready · ${size(image.size)}` : BRIEFLY[image.state];
  return image.pinned === "" ? told : `${told} · pinned`;
}

/** An operator said which image it is: as much of the id as anybody compares. */
function pin(image: CatalogueImage): string {
  return image.pinned === "" ? "" : ` to ${image.pinned.replace(/^sha256:/, "").slice(0, 12)}`;
}

// What the service itself runs on, and what its own images are made of; nothing anybody would put into a pod.
const OWN = /^playground\/(?!toolbox:)/;

/** What to offer: nobody's first thought is what the service itself is made of. */
export function offered(images: readonly CatalogueImage[]): readonly CatalogueImage[] {
  return images.filter((image) => !OWN.test(image.reference));
}

/** As the catalogue spells it: `nginx` means `nginx:latest`. */
function tagged(reference: string): string {
  const last = reference.split("/").at(-1) ?? "";
  return /[:@]/.test(last) ? reference : `${reference}:latest`;
}

/** What to know of the image that was typed; "" while none is, or nothing is known of any. */
export function noteOn(images: readonly CatalogueImage[], typed: string, pullPolicy = ""): string {
  if (typed.trim() === "" || images.length === 0) return "";
  const image = images.find((each) => each.reference === tagged(typed.trim()));
  switch (image?.state) {
    case "ready":
      return `${brieflyOn(image)}${pin(image)}`;
    case "pulling":
      return "This image is being pulled: the pod will wait for it.";
    case "building":
      return "This image is being built on this node: the pod will wait for it.";
    case "waiting":
      return "This image waits to be built on this node: the pod will wait for it.";
    case "failed":
      return ["The last try to get this image failed", visible(image.message)].filter(Boolean).join(": ");
    default:
      return pullPolicy === "Never"
        ? "Not on the node, and the pull policy Never forbids to pull it."
        : "Not on the node: it will be pulled when the pod is created.";
  }
}
