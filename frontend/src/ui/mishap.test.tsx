import { render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Mishap } from "./mishap";

function Broken(): never {
  throw new Error("Failed to fetch dynamically imported module");
}

test("a part that breaks says what happened and what to press", () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
  render(
    <Mishap place="/new">
      <Broken />
    </Mishap>,
  );
  expect(screen.getByText("Failed to fetch dynamically imported module")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Reload the page" })).toBeTruthy();
});

test("another address is another chance", () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const { rerender } = render(
    <Mishap place="/new">
      <Broken />
    </Mishap>,
  );
  rerender(
    <Mishap place="/">
      <p>My pods</p>
    </Mishap>,
  );
  expect(screen.getByText("My pods")).toBeTruthy();
});
