import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { App } from "../app";
import { SAMPLE, SNAPSHOT } from "../testing/frames";
import { FRAMES, RECORDING } from "../testing/recording";
import { SESSION, service } from "../testing/service";
// Loaded beforehand: a test need not wait for what comes when it is opened.
import "./pod";
import "./timeline";

const RECORDED = "/api/playground/v1/namespaces/ada/pods/demo/recording";
const { samples, statuses } = FRAMES;
const ANSWERS = {
  "GET /api/playground/v1/session": [200, SESSION],
  [`GET ${RECORDED}`]: [200, RECORDING],
  [`GET ${RECORDED}/samples`]: [200, { until: "2100-01-01T00:00:00.000Z", samples, statuses }],
} as const;

class TestSocket {
  static newest: TestSocket | undefined;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    TestSocket.newest = this;
  }
  close() {}
}

const LIVE = { ...SAMPLE, rev: 9, processes: SAMPLE.processes.filter((each) => each.cmd !== "nginx: worker process") };

async function open(address: string) {
  TestSocket.newest = undefined;
  vi.stubGlobal("WebSocket", TestSocket);
  globalThis.history.pushState(null, "", address);
  render(<App />);
  await waitFor(() => expect(TestSocket.newest).toBeTruthy());
}

async function visit(address: string) {
  await open(address);
  act(() => {
    TestSocket.newest?.onopen?.();
    for (const message of [SNAPSHOT, { type: "stream", state: "live", reason: "" }, LIVE])
      TestSocket.newest?.onmessage?.({ data: JSON.stringify(message) });
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
  globalThis.history.pushState(null, "", "/");
});

const badge = () => screen.getByRole("status", { name: /^Connection: / }).getAttribute("aria-label");
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));
const MOMENT = "2026-01-02T14:32:05.000Z";

test("a link opens its moment: every view follows, and one press leads back to the present", async () => {
  const asked = service(ANSWERS);
  await visit(`/pods/ada/demo?at=${MOMENT}&mark=before%20the%20crash`);
  await waitFor(() => expect(badge()).toMatch(/^Connection: recorded, /));
  expect(await screen.findByText("nginx: worker process")).toBeTruthy();
  const members = screen.getByRole("table", { name: "Members" });
  expect(within(members).getByText("terminated: Error")).toBeTruthy();
  expect(screen.getByText(/The page shows .* \(before the crash\)\./)).toBeTruthy();
  expect(screen.getByText(/Logs are not recorded/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Delete pod" })).toBeNull();
  expect(asked.find((each) => each.path.endsWith("samples"))?.search).toContain("uid=u-1");

  await press("Back to live");
  await waitFor(() => expect(badge()).toBe("Connection: live"));
  await waitFor(() => expect(screen.queryByText("nginx: worker process")).toBeNull());
  await waitFor(() => expect(globalThis.location.search).toBe(""));
});

test("the slider goes by keys, says where it is, and the address follows", async () => {
  service(ANSWERS);
  await visit(`/pods/ada/demo?at=${MOMENT}`);
  const slider = await screen.findByRole("slider", { name: "Moment" });
  fireEvent.keyDown(slider, { key: "ArrowLeft" });
  await waitFor(() => expect(globalThis.location.search).toBe("?at=2026-01-02T14%3A32%3A04.000Z"));
  fireEvent.keyDown(slider, { key: "Home" });
  expect(slider.getAttribute("aria-valuetext")).toContain("nobody watched");
  await waitFor(() => expect(screen.getAllByText(/Nobody watched at that moment/).length).toBeGreaterThan(1));
});

test("the table has every moment and a way to it", async () => {
  service(ANSWERS);
  await visit("/pods/ada/demo");
  await press("Show the timeline");
  const looks = await screen.findByRole("group", { name: "Show the timeline as" });
  await userEvent.click(within(looks).getByRole("radio", { name: "Table" }));
  const table = screen.getByRole("table", { name: "Moments" });
  expect(within(table).getAllByRole("row")).toHaveLength(
    1 + RECORDING.markers.length + SNAPSHOT.events.length + RECORDING.shells.length,
  );
  expect(table.textContent).toContain("web 1 wrote1.2 kB of output, which is not recorded");
  await userEvent.click(within(table).getByRole("button", { name: /web ended with 137$/ }));
  await waitFor(() => expect(badge()).toMatch(/^Connection: recorded, /));
  expect(screen.getByRole("button", { name: "Copy link to this moment" })).toBeTruthy();
});

test("a node that does not answer is told in the pane, and the page stays live", async () => {
  service({ ...ANSWERS, [`GET ${RECORDED}`]: [404, { message: "no such pod on this node", reason: "NotFound" }] });
  await visit("/pods/ada/demo");
  await press("Show the timeline");
  expect(await screen.findByText("There is no recording")).toBeTruthy();
  expect(badge()).toBe("Connection: live");
});

test("a link to a moment of a pod that is gone shows that moment; without one there is no such pod", async () => {
  service({ ...ANSWERS, [`GET ${RECORDED}/pod`]: [200, SNAPSHOT] });
  await open(`/pods/ada/demo?at=${MOMENT}`);
  act(() => TestSocket.newest?.onclose?.({ code: 4404 }));
  await waitFor(() => expect(badge()).toMatch(/^Connection: recorded, /));
  expect(await screen.findByText("nginx: worker process")).toBeTruthy();
  await press("Back to live");
  await waitFor(() => expect(badge()).toBe("Connection: gone"));
  cleanup();

  await open("/pods/ada/demo");
  act(() => TestSocket.newest?.onclose?.({ code: 4404 }));
  expect(await screen.findByRole("heading", { name: "No such pod" })).toBeTruthy();
});

test("whose log shows and which namespace is open are in the address", async () => {
  service(ANSWERS);
  await visit("/pods/ada/demo?log=toolbox&cell=net.web");
  expect(await screen.findByRole("region", { name: "The net namespace of web" })).toBeTruthy();
  expect(screen.getByLabelText<HTMLSelectElement>("Log of member").value).toBe("toolbox");
  await userEvent.selectOptions(screen.getByLabelText("Log of member"), "web");
  expect(globalThis.location.search).toBe("?log=web&cell=net.web");
});
