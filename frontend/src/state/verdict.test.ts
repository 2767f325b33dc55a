import { expect, test } from "vitest";
import { Refusal } from "../api/refusal";
import { EMPTY } from "./form";
import { FIELD, portField } from "./manifest";
import { ofText } from "./two-ways";
import { isAnswer, marksOn, NO_COMPLAINT, placed, unknownFields, verdictOf } from "./verdict";
import { without } from "./yaml";

const TEXT = `metadata: {name: demo}
spec:
  nodeName: n1
  containers:
    - name: web
      ports:
        - containerPort: 80
        - containerPort: 81
          hostPort: 80
`;
const DRAFT = ofText(TEXT, EMPTY);
const causes = [
  { field: "spec.containers[0].ports[1].hostPort", message: "Forbidden" },
  { field: "spec.nodeName", message: 'unknown field "spec.nodeName"' },
];

test("a refusal is on the line it is about, and beside the field", () => {
  const verdict = verdictOf(new Refusal(422, "Invalid", "no", causes));
  expect(marksOn(DRAFT, verdict).map((mark) => [mark.place?.line, mark.message])).toEqual([
    [9, "spec.containers[0].ports[1].hostPort: Forbidden"],
    [3, 'spec.nodeName: unknown field "spec.nodeName"'],
  ]);
  const second = DRAFT.form.members[0]?.ports[1]?.id ?? 0;
  expect(placed(DRAFT, verdict)).toEqual({
    fields: new Map([[portField(second, "host"), "Forbidden"]]),
    rest: ['spec.nodeName: unknown field "spec.nodeName"'],
  });
});

test.each(['unknown field "spec.nodeName"', "Forbidden: not supported here: there is one node"])(
  "a field that is not taken can be left out: %s",
  (message) => {
    const fields = unknownFields({ causes: [{ field: "spec.nodeName", message }], general: [] });
    expect(fields).toEqual(["spec.nodeName"]);
    expect(without(TEXT, fields)).toBe(TEXT.replace("  nodeName: n1\n", ""));
  },
);

test("a name in use is said at the name", () => {
  const verdict = verdictOf(new Refusal(409, "AlreadyExists", 'pods "demo" already exists'));
  expect(placed(DRAFT, verdict).fields.get(FIELD.name)).toBe('pods "demo" already exists');
  expect(marksOn(DRAFT, verdict)[0]?.place?.line).toBe(1);
});

test("a text that cannot be read has its own faults marked, and what the service says of a line is on that line", () => {
  expect(marksOn(ofText("a: [", EMPTY), NO_COMPLAINT)[0]?.place?.line).toBe(1);
  const verdict = verdictOf(new Refusal(400, "BadRequest", "yaml: line 3: a key must be text"));
  expect(marksOn(DRAFT, verdict)[0]?.place).toMatchObject({ line: 3, from: TEXT.indexOf("  nodeName") });
});

test("errors of a form that does not count are told on top", () => {
  const odd = ofText("kind: Deployment", EMPTY);
  expect(placed(odd, { causes: [{ field: "kind", message: "no" }], general: [] })).toEqual({
    fields: new Map(),
    rest: ["kind: no"],
  });
});

test.each([
  [422, true],
  [409, true],
  [400, true],
  [403, true],
  [401, false],
  [429, false],
  [503, false],
])("an answer of %i is about the pod: %s", (code, is) => {
  expect(isAnswer(new Refusal(code, "", ""))).toBe(is);
});
