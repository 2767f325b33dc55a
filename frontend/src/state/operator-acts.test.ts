import { expect, test } from "vitest";
import { operatorActs } from "./operator-acts";

const event = (reason: string, message: string, at: number) => ({
  uid: `e${at}`,
  type: "Normal",
  reason,
  message,
  about: "",
  count: 1,
  lastSeen: `2026-11-28T12:00:0${at}Z`,
});

test("a warning and what an operator changed are told, newest first, and what only looked is not", () => {
  const found = operatorActs([
    event("Started", "Started container web", 0),
    event("OperatorAct", "operator eve: WATCH live", 1),
    event("OperatorWarning", "operator eve: this mines coins: stop it", 2),
    event("OperatorAct", "operator eve: POST pause", 3),
    event("OperatorAct", "auditor max: GET log", 4),
  ]);
  expect(found.map(({ title, words }) => [title, words])).toEqual([
    ["operator eve froze processes of this pod: they stand still until somebody lets them go on", ""],
    ["operator eve warns you", "this mines coins: stop it"],
  ]);
});

test("the last warning stays among them, whatever was done since", () => {
  const deeds = ["POST pause", "POST unpause", "POST stop"].map((deed, at) =>
    event("OperatorAct", `operator eve: ${deed}`, at + 2),
  );
  const found = operatorActs([event("OperatorWarning", "operator eve: use less memory", 1), ...deeds]);
  expect(found.map(({ title, words }) => words || title)).toEqual([
    "operator eve stopped this pod",
    "operator eve let processes of this pod go on",
    "use less memory",
  ]);
});

test("of many the newest three are told, and words of a stranger show what is unseen in them", () => {
  const many = [1, 2, 3, 4].map((at) => event("OperatorWarning", `operator eve: ${at}\u202e`, at));
  expect(operatorActs(many).map(({ words }) => words)).toEqual(["4\\u202e", "3\\u202e", "2\\u202e"]);
});
