import { expect, test } from "vitest";
import type { StepView } from "../api/wire";
import { POD, SNAPSHOT } from "../testing/frames";
import { calls, sentence, total, waits } from "./build";
import { readPod } from "./pod";

const FACTS = readPod(POD);

function step(id: number, verb: string, object: string, second: string, ms: number, outcome = "ok"): StepView {
  return { id, passId: "p", verb, object, started: `2026-01-02T14:31:${second}Z`, ms, outcome, effect: "" };
}

const WHOLE = [
  ...SNAPSHOT.steps,
  step(4, "StartMember", "toolbox", "01.300", 200),
  step(3, "StartMember", "web", "01.200", 90),
];

test("calls stand in the order in which they began, with their share of the longest", () => {
  expect(calls(WHOLE).map((call) => [call.step.id, Math.round(call.share * 100)])).toEqual([
    [1, 21],
    [2, 90],
    [3, 45],
    [4, 100],
  ]);
});

test("each call says what it is for; one that this page does not know keeps its name", () => {
  expect(sentence({ verb: "StartMember", object: "web" })).toBe("Start web's first process");
  expect(sentence({ verb: "Ponder", object: "web" })).toBe("Ponder web");
});

test("the total counts from the first call to the last member's start, later calls do not", () => {
  const later = step(9, "StartMember", "web", "59.000", 900);
  expect(total([...WHOLE, later], FACTS)).toBe(
    "Running 1.5 s after the first call; the longest, 0.2 s, was starting toolbox.",
  );
  expect(total(WHOLE.slice(0, 3), FACTS)).toBe("");
  expect(total([...WHOLE.slice(0, 3), step(3, "StartMember", "web", "01.200", 1, "no")], FACTS)).toBe("");
});

test("what is waited for is said in the words of the status", () => {
  expect(waits(FACTS)).toEqual(["toolbox: ErrImagePull, tried again by itself"]);
  const building = {
    waiting: { reason: "ContainerCreating", message: 'Waiting for image "mysql" to be built on this node' },
  };
  const pod = readPod({ ...POD, status: { containerStatuses: [{ name: "web", state: building }] } });
  expect(waits(pod)).toEqual(['web: waiting for image "mysql" to be built on this node']);
});
