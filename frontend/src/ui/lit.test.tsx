import { act, fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { LitScope, useLight, useLit } from "./lit";

function Member({ name }: { readonly name: string }) {
  return <p {...useLit(`member:${name}`)}>{name}</p>;
}

function Box({ children }: { readonly children: React.ReactNode }) {
  return (
    <section data-testid="box" {...useLit("box")}>
      {children}
    </section>
  );
}

function Process() {
  return (
    <button type="button" {...useLight(["pid:7", "of:web"], ["pid:7", "member:web"])}>
      process
    </button>
  );
}

const isLit = (element: HTMLElement) => element.getAttribute("data-lit") === "true";

test("the same thing lights wherever it shows, and a process with its member but not the other way round", () => {
  render(
    <LitScope>
      <Member name="web" />
      <Member name="db" />
      <Process />
    </LitScope>,
  );
  fireEvent.pointerEnter(screen.getByText("web"));
  expect([screen.getByText("web"), screen.getByText("db"), screen.getByText("process")].map(isLit)).toEqual([
    true,
    false,
    true,
  ]);
  fireEvent.pointerLeave(screen.getByText("web"));
  act(() => screen.getByText("process").focus());
  expect([screen.getByText("web"), screen.getByText("process")].map(isLit)).toEqual([false, true]);
});

test("who leaves an inner thing is on the outer one again; the focus means the innermost", () => {
  render(
    <LitScope>
      <Box>
        <Process />
      </Box>
    </LitScope>,
  );
  const [box, inner] = [screen.getByTestId("box"), screen.getByText("process")];
  fireEvent.pointerEnter(box);
  fireEvent.pointerOut(box, { relatedTarget: inner });
  expect([isLit(box), isLit(inner)]).toEqual([false, true]);
  fireEvent.pointerOut(inner, { relatedTarget: box });
  expect([isLit(box), isLit(inner)]).toEqual([true, false]);
  fireEvent.pointerLeave(box);
  act(() => inner.focus());
  expect([isLit(box), isLit(inner)]).toEqual([false, true]);
});
