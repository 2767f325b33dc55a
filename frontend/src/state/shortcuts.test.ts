import { expect, test } from "vitest";
import { type Command, type Pressed, press } from "./shortcuts";

function typed(...keys: readonly (readonly [key: string, at: number])[]): readonly Command[] {
  let pressed: Pressed | null = null;
  const commands: Command[] = [];
  for (const [key, at] of keys) {
    const step = press(pressed, key, at);
    pressed = step.pressed;
    if (step.command) commands.push(step.command);
  }
  return commands;
}

test("two keys in a row are one command, one key is another", () => {
  expect(typed(["g", 0], ["p", 300])).toEqual(["my-pods"]);
  expect(typed(["g", 0], ["n", 300])).toEqual(["new-pod"]);
  expect(typed(["g", 0], ["t", 300])).toEqual(["teams"]);
  expect(typed(["t", 0], ["?", 100])).toEqual(["theme", "shortcuts"]);
});

test("a second key that comes too late is a key of its own", () => {
  expect(typed(["g", 0], ["p", 5000])).toEqual([]);
  expect(typed(["g", 0], ["t", 5000])).toEqual(["theme"]);
});

test("other keys mean nothing, and break a pair", () => {
  expect(typed(["g", 0], ["x", 100], ["p", 200])).toEqual([]);
  expect(typed(["p", 0], ["n", 100])).toEqual([]);
});
