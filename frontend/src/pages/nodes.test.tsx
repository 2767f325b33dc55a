import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { MemoryRouter, Outlet, Route, Routes } from "react-router";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type ListedNode, type NodeUse, type NodeView, nodeSentences, ownerOf, takenSentences } from "../state/node";
import { SESSION, service } from "../testing/service";
import { NodesPage } from "./nodes";

const ZOO = { uid: "u1", namespace: "ada", name: "zoo" };
const VIEW: NodeView = {
  at: "2026-01-02T14:32:00.000Z",
  name: "n1",
  kernel: "6.1",
  cgroups: "v2",
  capacity: {
    cpus: 2,
    load: [0.5, 0.4, 0.3],
    memory: 4_000_000_000,
    memoryAvailable: 3_000_000_000,
    disk: 9_000_000_000,
    diskFree: 1_000_000_000,
    tasks: 300,
    mostProcesses: 32_768,
    pods: 1,
    mostPods: 10,
  },
  networkNamespaces: [
    {
      inode: 4026531833,
      processes: 90,
      pid: 1,
      user: "root",
      command: "/sbin/init",
      isHost: true,
      nsid: null,
      pod: null,
    },
    { inode: 4026532184, processes: 3, pid: 71, user: "65535", command: "/pause", isHost: false, nsid: 0, pod: ZOO },
    {
      inode: 4026532999,
      processes: 1,
      pid: 99,
      user: "root",
      command: "evil\u001b[2J",
      isHost: false,
      nsid: null,
      pod: null,
    },
  ],
  bridge: {
    name: "pg-main",
    addresses: ["10.88.0.1/16"],
    ports: [
      {
        index: 8,
        name: "veth1",
        mac: "02:42",
        up: true,
        rxBytes: 1000,
        txBytes: 2_000_000,
        pod: ZOO,
        podIp: "10.88.0.14",
      },
      { index: 9, name: "veth2", mac: "02:43", up: false, rxBytes: 0, txBytes: 0, pod: null, podIp: "" },
    ],
  },
  problems: [],
};
const GIB = 2 ** 30;
const LISTED: ListedNode = {
  name: "n1",
  ready: true,
  reason: "",
  engine: "20.10",
  mostPods: 10,
  seenAt: null,
  quota: [
    { resource: "pods", used: 1, limit: 10, machine: null },
    { resource: "limits.cpu", used: 3500, limit: 20_000, machine: 2000 },
    { resource: "limits.memory", used: 1.5 * GIB, limit: 8 * GIB, machine: 4 * GIB },
  ],
};
const NODES = "/api/playground/v1/nodes";

afterEach(() => vi.unstubAllGlobals());

function open(seesAll: boolean, address = "/nodes") {
  const session = { ...SESSION, user: { ...SESSION.user, seesAll } };
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MemoryRouter initialEntries={[address]}>
        <Routes>
          <Route element={<Outlet context={{ session }} />}>
            <Route path="/nodes" element={<NodesPage />} />
          </Route>
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

const rowsOf = (table: HTMLElement) =>
  [...table.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent));

describe("the page of the nodes", () => {
  test("shows staff what is in use, and whose each network namespace and port is", async () => {
    service({ [`GET ${NODES}`]: [200, { items: [LISTED] }], [`GET ${NODES}/n1`]: [200, VIEW] });
    open(true, "/nodes?netns=4026532184");
    expect(await screen.findByRole("heading", { name: "Node n1" })).toBeTruthy();
    const namespaces = await screen.findByRole("table", { name: "Network namespaces" });
    const [, host, zoo, stranger] = within(namespaces).getAllByRole("row");
    expect(host?.textContent).toContain("the node");
    expect(
      within(zoo as HTMLElement)
        .getByRole("link", { name: "zoo" })
        .getAttribute("href"),
    ).toBe("/pods/ada/zoo");
    expect(zoo?.className).toContain("chosen");
    expect(stranger?.textContent).toContain("evil\\x1b[2J");
    expect(screen.getByRole("meter", { name: "Memory: 1.0 GB of 4.0 GB" })).toBeTruthy();
    const ports = screen.getByRole("table", { name: "Ports of the bridge" });
    expect(within(ports).getAllByRole("row")[1]?.textContent).toContain("10.88.0.14");
    expect(screen.getByText("takes pods")).toBeTruthy();
  });

  test("shows what pods have of each node by their limits, of what they may have and of the machine", async () => {
    service({ [`GET ${NODES}`]: [200, { items: [LISTED] }], [`GET ${NODES}/n1`]: [503, {}] });
    open(true);
    const taken = await screen.findByRole("table", { name: "Taken by pods" });
    expect(rowsOf(taken)).toEqual([
      ["Pods", "", "1 of 10 pods", ""],
      ["CPU", "", "3.5 of 20 CPUs", "175 % of the machine's 2 CPUs"],
      ["Memory", "", "1.5 of 8 GiB of memory", "38 % of the machine's 4 GiB of memory"],
    ]);
    const meter = within(taken).getByRole("meter", { name: "3.5 of 20 CPUs" });
    expect([meter.getAttribute("value"), meter.getAttribute("max")]).toEqual(["3500", "20000"]);
  });

  test("where nothing is limited there is no bar, and where the machine is not known nothing is said of it", async () => {
    const quota = LISTED.quota.map((use) => ({ ...use, limit: null, machine: null }));
    service({ [`GET ${NODES}`]: [200, { items: [{ ...LISTED, quota }] }], [`GET ${NODES}/n1`]: [503, {}] });
    open(true);
    const taken = await screen.findByRole("table", { name: "Taken by pods" });
    expect(rowsOf(taken)[1]).toEqual(["CPU", "", "3.5 CPUs, any amount", ""]);
    expect(within(taken).queryAllByRole("meter")).toEqual([]);
  });

  test("is no page for anyone else, and asks the service nothing", () => {
    const asked = service({});
    open(false);
    expect(screen.getByRole("heading", { name: "No page has this address" })).toBeTruthy();
    expect(asked).toEqual([]);
  });

  test("says why a node takes no pods, and why one cannot be read", async () => {
    const refused = { reason: "ServiceUnavailable", message: "the node does not answer (it does not run)" };
    service({
      [`GET ${NODES}`]: [200, { items: [{ ...LISTED, ready: false, reason: "the canary was answered" }] }],
      [`GET ${NODES}/n1`]: [503, refused],
    });
    open(true);
    expect(await screen.findByText("the canary was answered")).toBeTruthy();
    expect(await screen.findByText(/does not answer/)).toBeTruthy();
  });

  test("where no node ever reported, says what to do", async () => {
    service({ [`GET ${NODES}`]: [200, { items: [] }] });
    open(true);
    expect(await screen.findByText(/No node has ever reported here/)).toBeTruthy();
  });
});

describe("what is true of a node", () => {
  test("whose namespaces there are, and who holds them", () => {
    expect(nodeSentences(VIEW)).toEqual([
      "1 network namespace is a pod's; in 1 of them /pause has the lowest PID: it made the namespace and holds it.",
      "2 veth ends are plugged into pg-main, 1 of them a pod's.",
    ]);
    expect(nodeSentences({ ...VIEW, networkNamespaces: [], bridge: null })).toEqual([
      "No pod runs, so the node's own network namespace is the only one of ours.",
      "There is no bridge for pods: it is made with the first one.",
    ]);
    expect(VIEW.networkNamespaces.map(ownerOf)).toEqual(["the node", "zoo", "no pod of ours"]);
  });
});

describe("what pods have taken of a node", () => {
  const told = (ready: boolean, ...quota: NodeUse[]) => takenSentences({ ...LISTED, ready, quota });
  const pods = (used: number): NodeUse => ({ resource: "pods", used, limit: 10, machine: null });
  const cpu = (used: number): NodeUse => ({ resource: "limits.cpu", used, limit: 20_000, machine: 2000 });
  const memory = (used: number): NodeUse => ({
    resource: "limits.memory",
    used: used * GIB,
    limit: 8 * GIB,
    machine: 4 * GIB,
  });
  const COUNTED = "Limits are what counts, not use; a member without one counts with its profile's.";

  test("says how much more it takes", () => {
    expect(told(true, pods(1), cpu(1000), memory(1.5))).toEqual([
      COUNTED,
      "There is room for 9 pods, with limits of 19 CPUs and 6.5 GiB of memory together.",
    ]);
    expect(told(true, pods(9), { ...cpu(1000), limit: null }, memory(3))[1]).toBe(
      "There is room for 1 pod, with limits of 5 GiB of memory together.",
    );
    expect(told(true, pods(1), { ...cpu(0), limit: null }, { ...memory(0), limit: null })[1]).toBe(
      "There is room for 9 pods.",
    );
  });

  test("says what is full, and what waits for what", () => {
    expect(told(true, pods(10), cpu(20_000), memory(1))[1]).toBe(
      "Nothing is left of pods and CPU: the next pod waits until one here is gone.",
    );
  });

  test("says what would happen if all used what they may", () => {
    expect(told(true, pods(1), cpu(3500), memory(1))[2]).toBe(
      "If all used what they may, they would share the machine's CPU by weight.",
    );
    expect(told(true, pods(1), cpu(3500), memory(5))[2]).toBe(
      "If all used what they may, they would share the machine's CPU by weight, and the kernel would end some of them for want of memory.",
    );
    expect(told(true, pods(1), cpu(1000), memory(5))[2]).toBe(
      "If all used what they may, the kernel would end some of them for want of memory.",
    );
  });

  test("promises no room on a node that takes no pods", () => {
    expect(told(false, pods(1), cpu(1000), memory(1))).toEqual([COUNTED]);
  });
});
