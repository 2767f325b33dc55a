import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { MemoryRouter, Outlet, Route, Routes } from "react-router";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type NodeView, nodeSentences, ownerOf } from "../state/node";
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
const LISTED = { name: "n1", ready: true, reason: "", engine: "20.10", mostPods: 10, seenAt: null };
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
