import { describe, expect, test } from "vitest";
import { addMember, changeMember, duplicateMember, EMPTY, type Form, readPairs, removeMember } from "./form";
import { build, FIELD, memberField, pairField, place, portField } from "./manifest";

const ONE: Form = changeMember({ ...EMPTY, name: "demo" }, 1, { name: "web", image: "nginx" });

describe("the Pod of a form", () => {
  test("what was left empty is left out", () => {
    expect(build(ONE).manifest).toEqual({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "demo" },
      spec: { containers: [{ name: "web", image: "nginx" }] },
    });
  });

  test("all that can be typed is sent", () => {
    const form: Form = {
      ...changeMember(ONE, 1, {
        command: "sh\n-c\n",
        args: "echo a b\n\nlast",
        workingDir: "/srv",
        pullPolicy: "Never",
        env: [{ id: 2, name: "A", value: "1=2" }],
        ports: [{ id: 3, containerPort: "80", protocol: "UDP", hostPort: "8080" }],
      }),
      hostname: "h",
      sharesProcesses: true,
      restartPolicy: "Never",
      grace: "0",
      labels: [{ id: 4, name: "app", value: "x" }],
      annotations: [{ id: 5, name: "a/b", value: "" }],
    };
    expect(build(form).manifest).toEqual({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "demo", labels: { app: "x" }, annotations: { "a/b": "" } },
      spec: {
        hostname: "h",
        shareProcessNamespace: true,
        restartPolicy: "Never",
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: "web",
            image: "nginx",
            imagePullPolicy: "Never",
            command: ["sh", "-c"],
            args: ["echo a b", "", "last"],
            workingDir: "/srv",
            env: [{ name: "A", value: "1=2" }],
            ports: [{ containerPort: 80, protocol: "UDP", hostPort: 8080 }],
          },
        ],
      },
    });
  });

  test("a port out of range goes to the service, text in its place does not", () => {
    const port = { id: 3, containerPort: "70000", protocol: "TCP", hostPort: "eighty" };
    const { manifest, problems } = build(changeMember(ONE, 1, { ports: [port] }));
    expect(manifest.spec.containers[0]?.ports).toEqual([{ containerPort: 70_000, protocol: "TCP" }]);
    expect([...problems.keys()]).toEqual([portField(3, "host")]);
  });

  test("a host port of 0 is said, for Kubernetes would take it for none", () => {
    const port = { id: 3, containerPort: "80", protocol: "TCP", hostPort: "0" };
    const { manifest, problems } = build(changeMember(ONE, 1, { ports: [port] }));
    expect(manifest.spec.containers[0]?.ports).toEqual([{ containerPort: 80, protocol: "TCP" }]);
    expect(problems.get(portField(3, "host"))).toBe("Leave empty: 0 is not a port");
  });

  test("a label given twice is said at its second row", () => {
    const labels = [2, 3].map((id) => ({ id, name: "app", value: String(id) }));
    expect([...build({ ...ONE, labels }).problems.keys()]).toEqual([pairField(3, "name")]);
  });
});

describe("members", () => {
  test("a duplicate stands beside its original, with a free name, ids of its own and no host port", () => {
    const port = { id: 2, containerPort: "80", protocol: "", hostPort: "8080" };
    const two = { ...addMember({ ...ONE, nextId: 3 }), nextId: 4 };
    const form = duplicateMember(duplicateMember(changeMember(two, 1, { ports: [port] }), 1), 1);
    expect(form.members.map((member) => member.name)).toEqual(["web", "web-3", "web-2", ""]);
    const ids = form.members.flatMap((member) => [member.id, ...member.ports.map((port) => port.id)]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(form.members[1]?.ports[0]).toMatchObject({ containerPort: "80", hostPort: "" });
  });

  test("one added after one removed never takes its id", () => {
    const form = addMember(removeMember(addMember(EMPTY), 2));
    expect(form.members.map((member) => member.id)).toEqual([1, 3]);
  });

  test("pasted lines become rows; comments and empty lines do not", () => {
    expect(readPairs("# mine\nA=1\r\n\n B=x=y \nC")).toEqual([
      { name: "A", value: "1" },
      { name: "B", value: "x=y" },
      { name: "C", value: "" },
    ]);
  });
});

describe("where a cause belongs", () => {
  const form = changeMember(addMember(ONE), 2, {
    env: [
      { id: 5, name: "", value: "" },
      { id: 6, name: "A B", value: "" },
    ],
    ports: [{ id: 7, containerPort: "0", protocol: "TCP", hostPort: "" }],
  });
  const { origins } = build({ ...form, labels: [{ id: 8, name: "x", value: "b c" }] });
  const at = (field: string) => [...place([{ field, message: "no" }], origins).fields.keys()][0];

  test.each([
    ["metadata.name", FIELD.name],
    ["metadata.labels", pairField(8, "name")],
    ["spec.terminationGracePeriodSeconds", FIELD.grace],
    ["spec.containers[0].image", memberField(1, "image")],
    ["spec.containers[1].name", memberField(2, "name")],
    ["spec.containers[1].command[3]", memberField(2, "command")],
    ["spec.containers[1].env[0].name", pairField(6, "name")],
    ["spec.containers[1].ports[0].containerPort", portField(7, "container")],
    ["spec.containers[1].ports[0].hostPort", portField(7, "host")],
    ["spec.containers[1].ports[0]", portField(7, "container")],
  ])("%s is shown at %s", (path, field) => {
    expect(at(path)).toBe(field);
  });

  test("what has no field is shown on top, and two causes at one field both", () => {
    const causes = [
      { field: "spec.volumes", message: "Forbidden" },
      { field: "", message: "too large" },
      { field: "metadata.name", message: "Required value" },
      { field: "metadata.name", message: "too long" },
    ];
    const { fields, rest } = place(causes, origins);
    expect(rest).toEqual(["spec.volumes: Forbidden", "too large"]);
    expect(fields.get(FIELD.name)).toBe("Required value. too long");
  });
});
