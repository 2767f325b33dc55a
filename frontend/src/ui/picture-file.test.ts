import { expect, test } from "vitest";
import { plainColour, stacked, standalone } from "./picture-file";

function drawing(): SVGSVGElement {
  document.body.innerHTML = `
    <svg viewBox="0 0 20 10" class="drawing" role="group" aria-label="The pod demo, drawn">
      <g class="thing" tabindex="0" role="img" data-lit="true"><title>web</title>
        <rect width="4" height="4" style="fill: rgb(1, 2, 3)" /><text>web</text></g>
    </svg>`;
  const found = document.querySelector("svg");
  if (!found) throw new Error("a drawing");
  return found;
}

test("a drawing as a file carries its colours and names, and nothing that only the page knows", () => {
  const file = new DOMParser().parseFromString(standalone(drawing(), "rgb(9, 9, 9)").svg, "image/svg+xml");
  expect(file.documentElement.firstElementChild?.getAttribute("fill")).toBe("rgb(9, 9, 9)");
  expect(file.querySelector("g > rect")?.getAttribute("fill")).toBe("rgb(1, 2, 3)");
  expect(file.querySelector("title")?.textContent).toBe("web");
  expect(file.documentElement.getAttribute("aria-label")).toBe("The pod demo, drawn");
  expect(file.querySelectorAll("[class], [tabindex], [data-lit], [style], [role]")).toHaveLength(0);
});

test("the drawing itself stays as it is", () => {
  const original = drawing();
  const before = original.outerHTML;
  standalone(original, "white");
  expect(original.outerHTML).toBe(before);
});

test("lanes of one picture stand under each other with their names, and say from when to when", () => {
  const [first, second] = [drawing(), drawing()];
  second.setAttribute("aria-label", "Engine events: 5");
  const file = stacked([first, second], { ground: "white", ink: "black", ends: ["16:00", "17:00"] });
  const whole = new DOMParser().parseFromString(file.svg, "image/svg+xml").documentElement;
  const words = [...whole.children].filter((each) => each.tagName === "text").map((each) => each.textContent);
  expect(words).toEqual(["The pod demo, drawn", "Engine events", "16:00", "17:00"]);
  const lanes = [...whole.children].filter((each) => each.tagName === "svg");
  expect(lanes.map((lane) => lane.getAttribute("y"))).toEqual(["16", "40"]);
  expect(file.height).toBe(104);
});

test("mixed colours are said in plain words", () => {
  expect(plainColour("color(srgb 0.5 0 1)")).toBe("rgb(128, 0, 255)");
  expect(plainColour("color(srgb 0.5 0 1 / 0.25)")).toBe("rgba(128, 0, 255, 0.25)");
  expect(plainColour("rgb(1, 2, 3)")).toBe("rgb(1, 2, 3)");
  expect(plainColour("none")).toBe("none");
});
