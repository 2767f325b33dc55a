import { expect, test } from "vitest";
import { opened } from "./opened";

const PORT = { member: "web", containerPort: 80, hostPort: 8080, protocol: "TCP" };
const at = (hostIp: string) => [{ protocol: "tcp", hostIp, hostPort: 8080, containerPort: 80 }];

test("a port on the loopback is linked under the name that this site's cookies do not know", () => {
  expect(opened(PORT, [], "localhost").href).toBe("http://127.0.0.1:8080");
  expect(opened(PORT, at("127.0.0.1"), "127.0.0.1").href).toBe("http://localhost:8080");
});

test("from another machine the loopback is no link, an opened address is", () => {
  expect(opened(PORT, at("127.0.0.1"), "lab.example").href).toBeNull();
  expect(opened(PORT, at("10.1.2.3"), "lab.example").href).toBe("http://10.1.2.3:8080");
});

test("what is not TCP is no link", () => {
  expect(opened({ ...PORT, protocol: "UDP" }, [], "localhost")).toEqual({ label: ":8080", href: null });
});
