import { describe, expect, test } from "vitest";
import { addMember, changeMember, EMPTY, type Form, moveMember, removeMember } from "./form";
import { build } from "./manifest";
import { agrees, changeForm, changeText, ofForm, ofText } from "./two-ways";
import { parse } from "./yaml";

const ONE: Form = changeMember({ ...EMPTY, name: "demo" }, 1, { name: "web", image: "nginx" });
const FULL: Form = {
  ...changeMember(ONE, 1, {
    command: "sh\n-c\n",
    args: 'echo "a"\n\n"two\\nlines"\nyes\n010\n1:30\n#no comment\n- dash\n',
    workingDir: "/srv",
    pullPolicy: "Never",
    env: [
      { id: 2, name: "A", value: "1=2: #x" },
      { id: 3, name: "B", value: "" },
    ],
    ports: [{ id: 4, containerPort: "80", protocol: "UDP", hostPort: "8080" }],
  }),
  nextId: 9,
  hostname: "on",
  sharesProcesses: true,
  restartPolicy: "Never",
  grace: "0",
  labels: [{ id: 5, name: "app", value: "true" }],
  annotations: [{ id: 6, name: "a/b", value: "" }],
};

const PASTED = `# a pod of a colleague
apiVersion: v1
kind: Pod
metadata:
  name: demo # the name
  uid: 0f3c
  labels: {app: web}
spec:
  serviceAccountName: default
  containers:
    - image: nginx
      name: web
      args: ["-c", "a\\nb"]
      resources: {limits: {memory: 64Mi}}
      env:
        - {name: A, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
      ports: [{containerPort: 80, name: http}]
    # the second
    - name: box
      image: busybox
status: {phase: Running}
`;

test.each([
  ["empty", EMPTY],
  ["one member", ONE],
  ["every field", FULL],
  ["two members", changeMember(addMember(FULL), 9, { name: "x", image: "y" })],
  ["no members", { ...EMPTY, members: [] }],
  ["text for a number", { ...ONE, grace: "soon" }],
] as const)("form, YAML, form: %s", (_name, form) => {
  const { text } = ofForm(form);
  const back = ofText(text, form);
  expect(agrees(back)).toBe(true);
  expect(back.form).toEqual(form);
  // A stranger's reading of the same text says the same Pod.
  const read = ofText(text, EMPTY);
  expect(agrees(read)).toBe(true);
  expect(build(read.form).manifest).toEqual(build(form).manifest);
});

describe("what the form has no field for", () => {
  const pasted = ofText(PASTED, EMPTY);

  test("is kept, and the form agrees", () => {
    expect(pasted.misfits).toEqual([]);
    expect(pasted.form.members.map((member) => member.name)).toEqual(["web", "box"]);
    expect(build(pasted.form).manifest).toEqual(parse(PASTED).value);
  });

  test("a change of the form changes its own place only: comments, order and style stay", () => {
    const changed = changeForm(pasted, (form) => ({ ...form, name: "other", hostname: "h" }));
    expect(changed.text).toBe(PASTED.replace("name: demo", "name: other").replace("spec:\n", "spec:\n  hostname: h\n"));
  });

  test("goes with its member when members move, and when one goes", () => {
    const [first, second] = pasted.form.members;
    const moved = changeForm(pasted, (form) => moveMember(form, first?.id ?? 0, 1));
    expect(parse(moved.text).value).toEqual(build(moved.form).manifest);
    expect(moved.text).toContain("resources: {limits: {memory: 64Mi}}");
    const alone = changeForm(pasted, (form) => removeMember(form, second?.id ?? 0));
    expect(parse(alone.text).value).toEqual(build(alone.form).manifest);
    expect(alone.text).not.toContain("busybox");
  });
});

describe("what the form cannot say", () => {
  test.each([
    [
      "metadata: {name: demo}\nspec: {containers: [{name: web, image: nginx, command: nginx}]}",
      "spec.containers[0].command",
    ],
    ["spec: {containers: [{name: web, ports: [{containerPort: '80'}]}]}", "spec.containers[0].ports[0].containerPort"],
    ["spec: {containers: {name: web}}", "spec.containers.name"],
    ["kind: Deployment", "kind"],
    ["spec: {terminationGracePeriodSeconds: soon}", "spec.terminationGracePeriodSeconds"],
    ["spec: {restartPolicy: 7}", "spec.restartPolicy"],
    ["- a\n- list", "the whole text"],
  ])("%j is told by name", (text, path) => {
    expect(ofText(text, EMPTY).misfits).toContain(path);
  });

  test("while it is there the form changes nothing, and the text stays as it was typed", () => {
    const odd = ofText("kind: Deployment", ONE);
    expect(changeForm(odd, (form) => ({ ...form, name: "lost" }))).toBe(odd);
  });

  test("a text that cannot be read says at which line, and leaves the form as it was", () => {
    const broken = changeText(ofForm(ONE), "metadata:\n  name: demo\n  - x\n");
    expect(broken.form).toBe(ONE);
    expect(broken.faults[0]?.line).toBe(3);
  });

  test.each(["a: &x 1\nb: *x", "a: !!str 1", "a: !mine {}", "a: 1\na: 2", "a: 1\n---\nb: 2"])(
    "%j is refused",
    (text) => {
      expect(ofText(text, EMPTY).faults.length).toBeGreaterThan(0);
    },
  );

  test("but what means nothing may stand there", () => {
    const draft = ofText(
      "metadata: {name: a, labels: {}}\nspec: {shareProcessNamespace: false, containers: []}\nstatus:",
      EMPTY,
    );
    expect(agrees(draft)).toBe(true);
    const changed = changeForm(draft, (form) => ({ ...form, hostname: "h" }));
    expect(changed.text).toContain("shareProcessNamespace: false");
    expect(changed.text).toContain("labels: {}");
  });
});

test("quotes go when they are no longer needed, unless somebody chose them", () => {
  const typed = (from: string, name: string) => changeForm(ofText(from, EMPTY), (form) => ({ ...form, name })).text;
  expect(typed('metadata: {name: ""}', "nginx")).toContain("name: nginx");
  expect(typed('metadata: {name: "n"}', "nginx")).toContain("name: nginx");
  expect(typed('metadata: {name: "web"}', "nginx")).toContain('name: "nginx"');
});

test("rows that are not whole yet, and the rows' ids, stay while the YAML changes elsewhere", () => {
  const port = { id: 3, containerPort: "80", protocol: "", hostPort: "eighty" };
  const before = ofForm(
    changeMember({ ...ONE, nextId: 8 }, 1, { ports: [port], env: [{ id: 4, name: "A", value: "1" }] }),
  );
  const after = changeText(before, before.text.replace("name: demo", "name: other").replace('"1"', "one"));
  expect(after.form.name).toBe("other");
  expect(after.form.members[0]).toMatchObject({ id: 1, ports: [port], env: [{ id: 4, name: "A", value: "one" }] });
});

describe("where a path is written", () => {
  const { placeOf } = parse(PASTED);
  test.each([
    ["metadata.name", 5, "name: demo"],
    ["metadata.labels[app]", 7, "app: web"],
    ["spec.containers[0].resources", 14, "resources"],
    ["spec.containers[0].env[0].name", 16, "name: A"],
    ["spec.containers[0].ports[0].hostPort", 17, "containerPort"],
    ["spec.containers[1]", 19, "name"],
    ["spec.containers[1].image", 20, "image: busybox"],
    ["spec.hostname", 8, "spec"],
  ])("%s is on line %i", (path, line, text) => {
    const place = placeOf(path);
    expect(place?.line).toBe(line);
    expect(PASTED.slice(place?.from, place?.to)).toBe(text);
  });

  test("members know their lines", () => {
    expect(parse(PASTED).members).toEqual([
      { first: 11, last: 17 },
      { first: 19, last: 20 },
    ]);
    expect(parse("spec: {containers: [{name: a}, {name: b}]}").members).toEqual([
      { first: 1, last: 1 },
      { first: 1, last: 1 },
    ]);
  });

  test("what is nowhere has no place", () => {
    expect(placeOf("nowhere.at.all")).toBeNull();
  });
});
