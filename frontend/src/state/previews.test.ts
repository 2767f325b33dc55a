import { expect, test } from "vitest";
import type { NetworkView, Socket } from "../api/wire";
import { listenWords, previewPorts } from "./previews";

const POD = {
  spec: {
    initContainers: [{ name: "side", ports: [{ containerPort: 9000, protocol: "TCP" }] }],
    containers: [
      { name: "web", ports: [{ containerPort: 80 }, { containerPort: 53, protocol: "UDP" }] },
      { name: "box" },
    ],
  },
};

function socket(localPort: number, localAddress: string, state = "LISTEN", cmd = "nginx"): Socket {
  const owners = [{ member: "web", hostPid: 7, pid: 1, cmd }];
  return {
    protocol: "tcp",
    state,
    localAddress,
    localPort,
    remoteAddress: "",
    remotePort: 0,
    inode: localPort,
    owners,
  };
}

const network = (...sockets: Socket[]) => ({ sockets }) as unknown as NetworkView;

test("the TCP ports of the spec are offered before anybody listens", () => {
  const found = previewPorts(POD, undefined);
  expect(found.map(({ port }) => port)).toEqual([80, 9000]);
  expect(found.map(listenWords)).toEqual(["nobody listens yet", "nobody listens yet"]);
});

test("a port that a process listens on is offered although no spec names it, once", () => {
  const view = network(socket(8080, "0.0.0.0"), socket(8080, "::"), socket(40000, "10.0.0.2", "ESTAB"));
  const found = previewPorts(POD, view);
  expect(found.map(({ port }) => port)).toEqual([80, 8080, 9000]);
  expect(found.map(listenWords)[1]).toBe("web: nginx");
});

test("a port on the loopback is told from one that can be reached", () => {
  const inside = previewPorts(POD, network(socket(80, "127.0.0.1"), socket(80, "::1"), socket(80, "::ffff:127.0.0.1")));
  expect(inside[0]?.isInside).toBe(true);
  expect(inside.map(listenWords)[0]).toContain("0.0.0.0:80");
  expect(previewPorts(POD, network(socket(80, "127.0.0.1"), socket(80, "0.0.0.0")))[0]?.isInside).toBe(false);
});

test("the engine's resolver is no port of the pod's", () => {
  expect(previewPorts({ spec: {} }, network(socket(33633, "127.0.0.11")))).toEqual([]);
});
