// What the catalogue says of an image that is not at hand: beside its name in the list, and under the field it is typed in.
import type { CatalogueImage } from "../api/client";
import { visible } from "./text";

type State = CatalogueImage["state"];

const ON_ITS_WAY: readonly State[] = ["pulling", "building", "waiting"];

const BRIEFLY: Readonly<Record<State, string>> = {
  ready: "",
  pulling: "being pulled",
  building: "being built",
  waiting: "waits to be built",
  failed: "failed",
};

/** It changes by itself before long. */
export function isOnItsWay(image: CatalogueImage): boolean {
  return ON_ITS_WAY.includes(image.state);
}

export function listedAs(image: CatalogueImage): string {
  return [image.reference, BRIEFLY[image.state]].filter(Boolean).join(" · ");
}

/** As the catalogue spells it: `nginx` means `nginx:latest`. */
function tagged(reference: string): string {
  const last = reference.split("/").at(-1) ?? "";
  return /[:@]/.test(last) ? reference : `${reference}:latest`;
}

/** What to know of the image that was typed; "" when it is ready, or nobody knows it. */
export function noteOn(images: readonly CatalogueImage[], typed: string): string {
  const image = images.find((each) => each.reference === tagged(typed));
  switch (image?.state) {
    case "pulling":
      return "This image is being pulled: the pod will wait for it.";
    case "building":
      return "This image is being built on this node: the pod will wait for it.";
    case "waiting":
      return "This image waits to be built on this node: the pod will wait for it.";
    case "failed":
      return ["The last try to get this image failed", visible(image.message)].filter(Boolean).join(": ");
    default:
      return "";
  }
}
