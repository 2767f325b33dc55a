// What stands on top of a pod's page: an operator's word, and the way to start what was stopped.
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { App } from "../app";
import { POD, SNAPSHOT } from "../testing/frames";
import { SESSION, service } from "../testing/service";
import "./pod";

const START = `/api/playground/v1/namespaces/ada/pods/${POD.metadata.name}/start`;
const WARNING = {
  metadata: { uid: "w1" },
  type: "Warning",
  reason: "OperatorWarning",
  message: "operator eve: this mines coins: stop it",
  lastTimestamp: "2026-11-28T12:00:00Z",
};

class Socket {
  static newest: Socket | undefined;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  constructor() {
    Socket.newest = this;
  }
  close() {}
}

async function visit(change: object) {
  vi.stubGlobal("WebSocket", Socket);
  const asked = service({ "GET /api/playground/v1/session": [200, SESSION], [`POST ${START}`]: [200, POD] });
  globalThis.history.pushState(null, "", `/pods/ada/${POD.metadata.name}`);
  render(<App />);
  await waitFor(() => expect(Socket.newest).toBeTruthy());
  act(() => {
    Socket.newest?.onopen?.();
    Socket.newest?.onmessage?.({ data: JSON.stringify({ ...SNAPSHOT, ...change }) });
  });
  return asked;
}

afterEach(() => {
  Socket.newest = undefined;
  vi.unstubAllGlobals();
});

test("an operator's warning stands above all else", async () => {
  await visit({ events: [...SNAPSHOT.events, WARNING] });
  const note = await screen.findByRole("status", { name: "From the operators" });
  expect(within(note).getByText("operator eve warns you:")).toBeTruthy();
  expect(within(note).getByText("this mines coins: stop it")).toBeTruthy();
});

test("a pod that was stopped for want of use is started where that is said", async () => {
  const status = { ...POD.status, phase: "Running", reason: "Idle", message: "The playground stopped this pod: …" };
  const asked = await visit({ pod: { ...POD, status } });
  expect(await screen.findByText("Stopped")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Start the pod" }));
  await waitFor(() => expect(asked.some(({ path }) => path === START)).toBe(true));
});
