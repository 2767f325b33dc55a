import { expect, test } from "vitest";
import { changeMember, EMPTY, isEmpty } from "./form";
import { build } from "./manifest";
import { podToBe, rowsOf, sentencesOn } from "./pod-to-be";
import { clashes, freeHostPort } from "./ports";
import { freeName, newPassword, STARTS, startOf } from "./starts";

const AROUND = {
  names: ["wordpress", "wordpress-2"],
  hostPorts: [8080, 8081],
  password: () => "pass",
  publishes: true,
};
const WORDPRESS = STARTS[0]?.make(AROUND) ?? EMPTY;
const NGINX = startOf("nginx-debug")?.make({ ...AROUND, hostPorts: [] }) ?? EMPTY;
const PAIR = startOf("pair")?.make(AROUND) ?? EMPTY;

test("who may have no port of the node starts from pods that ask for none, and listen all the same", () => {
  const ports = STARTS.flatMap((start) => start.make({ ...AROUND, publishes: false }).members).flatMap(
    (member) => member.ports,
  );
  expect(ports.map(({ containerPort, hostPort }) => [containerPort, hostPort])).toEqual(STARTS.map(() => ["80", ""]));
});

test("WordPress and MySQL: variables, a free name and a free port", () => {
  expect(build(WORDPRESS).manifest).toEqual({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "wordpress-3" },
    spec: {
      shareProcessNamespace: true,
      containers: [
        {
          name: "mysql",
          image: "mysql",
          env: [
            { name: "MYSQL_ROOT_PASSWORD", value: "pass" },
            { name: "MYSQL_DATABASE", value: "wordpress" },
          ],
        },
        {
          name: "wordpress",
          image: "wordpress",
          env: [
            { name: "WORDPRESS_DB_HOST", value: "127.0.0.1:3306" },
            { name: "WORDPRESS_DB_USER", value: "root" },
            { name: "WORDPRESS_DB_PASSWORD", value: "pass" },
            { name: "WORDPRESS_DB_NAME", value: "wordpress" },
          ],
          ports: [{ containerPort: 80, hostPort: 8082 }],
        },
      ],
    },
  });
});

test.each(STARTS.map((start) => [start.key, start] as const))(
  "%s has nothing of the page's own against it",
  (_key, start) => {
    const form = start.make(AROUND);
    expect(build(form).problems.size).toBe(0);
    expect(clashes(form)).toEqual([]);
    const ids = form.members.flatMap((member) => [member.id, ...[...member.env, ...member.ports].map((row) => row.id)]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.max(...ids)).toBeLessThan(form.nextId);
  },
);

test("a password is another one each time, and needs no quotes anywhere", () => {
  expect(newPassword()).toMatch(/^[a-zA-Z2-9]{20}$/);
  expect(newPassword()).not.toBe(newPassword());
});

test("a name that is free stays as it is", () => {
  expect(freeName("pair", ["pair-2"])).toBe("pair");
});

test("what follows from the spec is said, and nothing else", () => {
  expect(sentencesOn(podToBe(WORDPRESS))).toEqual([
    "mysql and wordpress share one network namespace and one process tree, where /pause is PID 1 and reaps orphans.",
    "WORDPRESS_DB_HOST sends wordpress to 127.0.0.1:3306: the loopback is the pod's, so another member can listen there.",
    "Published by pause: host port 8082 leads to port 80 of wordpress.",
  ]);
  expect(sentencesOn(podToBe(NGINX))).toContain("debug reaches web at 127.0.0.1:80 if web listens there.");
  expect(sentencesOn(podToBe(PAIR))).toEqual([
    "web and curl share one network namespace, yet none sees another's processes: in each, its first one is PID 1.",
    "curl reaches web at 127.0.0.1:80 if web listens there.",
  ]);
  expect(sentencesOn(podToBe({ ...EMPTY, members: [] }))).toEqual([
    "No member yet: pause alone would hold the namespaces, and nothing would run in them.",
  ]);
});

test("the table has the same facts", () => {
  expect(rowsOf(podToBe(NGINX))).toEqual([
    {
      member: "",
      what: "the node's own",
      processes: "holds them, PID 1",
      network: "holds it",
      ports: "publishes 8080 → 80",
    },
    { member: "web", what: "nginx", processes: "pause's", network: "pause's", ports: "listens on 80" },
    { member: "debug", what: "playground/toolbox:1", processes: "pause's", network: "pause's", ports: "" },
  ]);
});

test("names of a stranger's YAML are harmless to look at", () => {
  const pod = podToBe(changeMember({ ...EMPTY, name: "a\u202eb" }, 1, { name: "x\u0007" }));
  expect([pod.name, pod.members[0]?.name]).toEqual(["a\\u202eb", "x\\x07"]);
});

test("two members on one port are told, one member on two protocols is not", () => {
  const port = { id: 9, containerPort: "80", protocol: "", hostPort: "" };
  const [web, debug] = NGINX.members;
  const form = changeMember(NGINX, debug?.id ?? 0, { ports: [port, { ...port, id: 10, protocol: "UDP" }] });
  expect(clashes(form)).toEqual([expect.stringContaining("web and debug say that they listen on 80/TCP")]);
  expect(web?.ports[0]?.hostPort).toBe("8080");
});

test("the next host port is one that neither the form nor another pod has", () => {
  expect(freeHostPort(NGINX, [8081, 8083])).toBe(8082);
});

test("an empty form is known as such", () => {
  expect([EMPTY, { ...EMPTY, nextId: 5, members: [] }, WORDPRESS, { ...EMPTY, grace: "1" }].map(isEmpty)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
