import { describe, expect, test } from "vitest";
import { SAMPLE } from "../testing/frames";
import { hostnameSentence } from "./hostnames";
import { letters, sentences } from "./namespaces";
import { endpoint, networkSentences, podAddress, socketRows } from "./network";
import { byMember, insidePids, ordered, processSentence } from "./processes";
import { age, bytes, listed, visible } from "./text";

const { namespaces, hostnames, processes, network } = SAMPLE;

describe("namespaces", () => {
  test("a shared one has a capital letter, one's own are numbered, the host's has none", () => {
    expect([...letters(namespaces, "net").values()]).toEqual(["N"]);
    expect([...letters(namespaces, "uts").values()]).toEqual(["u1", "u2", "u3"]);
    expect(letters(namespaces, "user").size).toBe(0);
  });

  test("the sentences say what is shared, what is not, and what is the host's", () => {
    const said = sentences(namespaces)
      .map((each) => each.text)
      .join(" ");
    expect(said).toContain("pause, web and toolbox share net: one address");
    expect(said).toContain("Each has its own uts");
    expect(said).toContain("user and time equal the host's (dockerd)");
  });

  test("what could not be read is called unknown", () => {
    const rows = namespaces.rows.map((row) => ({
      ...row,
      cells: row.cells.map((cell) =>
        cell.kind === "user" ? { ...cell, inode: null, relation: "unknown" as const } : cell,
      ),
    }));
    expect(sentences({ ...namespaces, rows }).at(-1)).toEqual({
      text: "user could not be read: unknown, not private.",
      kinds: ["user"],
    });
  });
});

describe("hostnames", () => {
  test("equal names in different namespaces are explained", () => {
    expect(hostnameSentence(hostnames)).toContain("yet from 3 UTS namespaces: Docker copies the name");
  });

  test("it is said that Kubernetes' runtimes do share one", () => {
    expect(hostnameSentence(hostnames)).toContain("containerd and CRI-O put a pod's containers into one UTS namespace");
  });

  test("a changed name is pointed at", () => {
    const changed = hostnames.map((view) => (view.member === "web" ? { ...view, hostname: "other" } : view));
    expect(hostnameSentence(changed)).toContain("The names differ: pause says demo, web other.");
  });

  test("nothing is claimed of a namespace that could not be read", () => {
    expect(hostnameSentence(hostnames.map((view) => ({ ...view, uts: null })))).toContain("could be read");
  });
});

describe("network", () => {
  if (!network) throw new Error("the recorded sample has a network");

  test("a published port that is listened on names its listener", () => {
    expect(networkSentences(network)[0]).toBe("Port 8080 of the host leads to 80 of the pod, where web listens.");
  });

  test("a listener on loopback cannot be reached through a published port, and is said so", () => {
    const sockets = network.sockets.map((socket) => ({ ...socket, localAddress: "127.0.0.1" }));
    expect(networkSentences({ ...network, sockets })[0]).toContain("on the pod's loopback only");
    expect(networkSentences({ ...network, sockets: [] })[0]).toContain("where nothing listens yet");
    expect(networkSentences({ ...network, sockets, published: [] })[0]).toBe(
      "web listens on 127.0.0.1:80 only: every member reaches it, no published port could.",
    );
  });

  test("Docker's DNS is not taken for a member's", () => {
    const [socket] = network.sockets.filter((each) => each.state === "LISTEN");
    if (!socket) throw new Error("the recorded sample has a listener");
    const dns = { ...socket, localAddress: "127.0.0.11", localPort: 32_883, owners: [] };
    expect(networkSentences({ ...network, sockets: [dns], published: [] })).toEqual([
      "What listens on 127.0.0.11 is Docker's own DNS, no process of this pod.",
    ]);
  });

  test("what nothing listens on any more is not called yet to come while the pod ends", () => {
    expect(networkSentences({ ...network, sockets: [] }, true)).toEqual([
      "Port 8080 of the host leads to 80 of the pod, where nothing listens any more.",
    ]);
  });

  test("sockets in TIME-WAIT are one row a service, whichever end of it they are", () => {
    const [socket] = network.sockets;
    if (!socket) throw new Error("the recorded sample has a socket");
    const waits = (localPort: number, remotePort: number) => ({
      ...socket,
      state: "TIME-WAIT",
      inode: 0,
      owners: [],
      localPort,
      remotePort,
    });
    const closed = [waits(40_001, 80), waits(40_002, 80), waits(80, 40_003), waits(80, 40_004), waits(40_005, 81)];
    const rows = socketRows([...closed, ...network.sockets]);
    expect(
      rows.map((row) => (row.kind === "one" ? row.socket.state : [row.sockets.length, row.local, row.peer])),
    ).toEqual(["LISTEN", "ESTAB", [2, "127.0.0.1:80", ""], [2, "", "127.0.0.1:80"], "TIME-WAIT"]);
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });

  test("the pod's address is the one that is not its loopback", () => {
    expect(podAddress(network)).toBe("10.88.0.14");
  });

  test("IPv6 addresses stand in brackets", () => {
    expect(endpoint("::1", 80)).toBe("[::1]:80");
    expect(endpoint("0.0.0.0", 0)).toBe("0.0.0.0:*");
  });
});

describe("processes", () => {
  const members = ["web", "toolbox"];

  test("pause comes first, then members in the pod's order, by PID", () => {
    expect(ordered(processes, members).map((each) => each.hostPid)).toEqual([3000, 3100, 3141, 3200, 3207, 3209]);
    expect(byMember(processes, members).map((group) => group.member)).toEqual(["", "web", "toolbox"]);
  });

  test("nested PIDs are shown without the node's own", () => {
    expect(ordered(processes, members).map(insidePids)[1]).toEqual([1]);
  });

  test("who sees whom is said", () => {
    expect(processSentence(true)).toContain("pause is PID 1");
    expect(processSentence(false)).toContain("a member sees its own processes only");
  });
});

describe("text", () => {
  test("escape sequences, controls and direction marks are written out", () => {
    expect(visible("a\u001b[2J\u0007\u202eb\n\tc")).toBe("a\\x1b[2J\\x07\\u202eb\n\tc");
  });

  test("sizes, ages and lists read as people write them", () => {
    expect([bytes(0), bytes(999), bytes(1000), bytes(51_240_000)]).toEqual(["0 B", "999 B", "1.0 kB", "51.2 MB"]);
    const now = Date.parse("2026-01-02T00:00:00Z");
    expect([age("2026-01-01T23:58:01Z", now), age("2026-01-01T23:50:00Z", now), age("", now)]).toEqual([
      "119s",
      "10m",
      "",
    ]);
    expect(listed(["a", "b", "c"])).toBe("a, b and c");
  });
});
