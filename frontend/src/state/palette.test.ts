import { expect, test } from "vitest";
import { found, sections } from "./palette";

const COMMANDS = [
  { section: "Pods", title: "demo", also: "ada" },
  { section: "Pods", title: "my-web", also: "ada" },
  { section: "Pods", title: "web", also: "ada" },
  { section: "Go to", title: "New pod", also: "create" },
  { section: "Theme", title: "Dark" },
];
const titles = (query: string) => found(COMMANDS, query).map((each) => each.title);

test("without a query everything stands as it came", () => {
  expect(titles("  ")).toEqual(COMMANDS.map((each) => each.title));
});

test("every word must occur, in the title, the section or the words beside it", () => {
  expect(titles("new pod")).toEqual(["New pod"]);
  expect(titles("CREATE pod")).toEqual(["New pod"]);
  expect(titles("theme dark")).toEqual(["Dark"]);
  expect(titles("new nothing")).toEqual([]);
});

test("a title that begins with the word comes first", () => {
  expect(titles("web")).toEqual(["web", "my-web"]);
});

test("sections stand in the order of their best find", () => {
  expect(sections(found(COMMANDS, "new")).map((each) => each.name)).toEqual(["Go to"]);
  expect(sections(found(COMMANDS, "d")).map((each) => [each.name, each.commands.length])).toEqual([
    ["Pods", 3],
    ["Theme", 1],
    ["Go to", 1],
  ]);
});
