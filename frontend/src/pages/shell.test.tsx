import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { App } from "../app";
import { PATIENCE_MS } from "../state/deletions";
import { POD, SAMPLE, SNAPSHOT } from "../testing/frames";
import { SESSION, service } from "../testing/service";

const PODS = "/api/v1/namespaces/ada/pods";
const BASE = {
  "GET /api/playground/v1/session": [200, SESSION],
  "GET /api/playground/v1/catalogue": [200, { items: [] }],
  "GET /api/v1/namespaces": [200, { items: [{ metadata: { name: "ada" } }] }],
  [`GET ${PODS}`]: [200, { items: [POD] }],
} as const;

class TestSocket {
  static readonly open = new Set<TestSocket>();
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    TestSocket.open.add(this);
  }
  close() {
    TestSocket.open.delete(this);
  }
  hear(...messages: readonly object[]) {
    act(() => {
      this.onopen?.();
      for (const message of messages) this.onmessage?.({ data: JSON.stringify(message) });
    });
  }
}

/** What is on the screen is what a test says. */
class TestObserver {
  static readonly all = new Set<TestObserver>();
  readonly #tell: (entries: readonly { isIntersecting: boolean }[]) => void;
  constructor(tell: (entries: readonly { isIntersecting: boolean }[]) => void) {
    this.#tell = tell;
    TestObserver.all.add(this);
  }
  observe() {}
  disconnect() {
    TestObserver.all.delete(this);
  }
  static show(isIntersecting: boolean) {
    act(() => {
      for (const each of TestObserver.all) each.#tell([{ isIntersecting }]);
    });
  }
}

beforeEach(() => {
  TestSocket.open.clear();
  TestObserver.all.clear();
  vi.stubGlobal("WebSocket", TestSocket);
  vi.stubGlobal("IntersectionObserver", TestObserver);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function visit(address: string) {
  globalThis.history.pushState(null, "", address);
  return render(<App />);
}

const named = (name: string, at = 0) => ({ ...POD, metadata: { ...POD.metadata, name, uid: `u-${name}-${at}` } });
const cards = () => screen.findByRole("list", { name: "Pods" });

test("a card says what its pod is, and shows its namespaces only while it is on the screen", async () => {
  service(BASE);
  visit("/");
  const card = within(await cards()).getAllByRole("listitem")[0];
  expect(card?.textContent).toContain("Running ErrImagePull");
  expect(
    within(await cards())
      .getByRole("link", { name: "demo" })
      .getAttribute("href"),
  ).toBe("/pods/ada/demo");
  expect(TestSocket.open.size).toBe(0);

  TestObserver.show(true);
  const [socket] = TestSocket.open;
  socket?.hear(SNAPSHOT, { type: "stream", state: "live", reason: "" }, SAMPLE);
  expect(await screen.findByText("All 3 share net and ipc.")).toBeTruthy();
  expect(screen.getByRole("img", { name: /net of pause is shared by pause, web and toolbox/ })).toBeTruthy();

  TestObserver.show(false);
  expect(TestSocket.open.size).toBe(0);
  expect(screen.getByText("All 3 share net and ipc.")).toBeTruthy();
});

test("no more than twelve pods are watched at once, however many are on the screen", async () => {
  const items = Array.from({ length: 20 }, (_, at) => named(`pod-${at}`, at));
  service({ ...BASE, [`GET ${PODS}`]: [200, { items }] });
  visit("/");
  await cards();
  TestObserver.show(true);
  await waitFor(() => expect(TestSocket.open.size).toBe(12));
  expect(screen.getAllByText(/Only 12 pods are read at a time/)).toHaveLength(8);
});

test("a tab in the background watches nothing", async () => {
  service(BASE);
  visit("/");
  await cards();
  TestObserver.show(true);
  expect(TestSocket.open.size).toBe(1);
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
  expect(TestSocket.open.size).toBe(0);
});

test("the table is chosen once, and remembered", async () => {
  service(BASE);
  const first = visit("/");
  await userEvent.click(await screen.findByRole("radio", { name: "Table" }));
  expect(await screen.findByRole("table", { name: "Pods" })).toBeTruthy();
  first.unmount();
  visit("/");
  expect(await screen.findByRole("table", { name: "Pods" })).toBeTruthy();
});

test("the filter finds pods by name, member and image, and says when there is none", async () => {
  const items = ["one", "two", "three", "four", "five"].map((name) => named(name));
  service({ ...BASE, [`GET ${PODS}`]: [200, { items }] });
  visit("/");
  const filter = await screen.findByLabelText("Filter by name, member or image");
  await userEvent.type(filter, "nginx thr");
  expect(within(await cards()).getAllByRole("link")).toHaveLength(1);
  await userEvent.type(filter, "x");
  await userEvent.click(screen.getByRole("button", { name: "Show all" }));
  expect(within(await cards()).getAllByRole("link")).toHaveLength(5);
});

test("where there are no pods there are three ways to begin", async () => {
  service({ ...BASE, [`GET ${PODS}`]: [200, { items: [] }] });
  visit("/");
  await screen.findByText("No pods here yet");
  const hrefs = ["WordPress + MySQL", "nginx + debug", "An isolated pair"].map((name) =>
    screen.getByRole("link", { name }).getAttribute("href"),
  );
  expect(hrefs).toEqual(["/new?start=wordpress", "/new?start=nginx-debug", "/new?start=pair"]);
});

const deletes = (asked: readonly { readonly method: string }[]) => asked.filter((each) => each.method === "DELETE");

async function pressDelete() {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  fireEvent.click(await screen.findByRole("button", { name: "Delete pod demo" }));
}

test("a deletion waits, and one that is undone is never sent", async () => {
  const asked = service({ ...BASE, [`DELETE ${PODS}/demo`]: [200, POD] });
  visit("/");
  await pressDelete();
  expect(await screen.findByText("Will be deleted")).toBeTruthy();
  expect((await screen.findByRole("alert")).textContent).toContain("Its processes get 30 seconds to end.");
  expect(document.activeElement?.closest(".notices")).toBeNull();
  await act(() => vi.advanceTimersByTimeAsync(PATIENCE_MS / 2));
  fireEvent.click(screen.getByRole("button", { name: "Undo deleting demo" }));
  await act(() => vi.advanceTimersByTimeAsync(2 * PATIENCE_MS));
  expect(deletes(asked)).toEqual([]);
  expect(screen.getByText("Running")).toBeTruthy();
});

test("a deletion is sent when its time has come, for this very pod", async () => {
  const asked = service({ ...BASE, [`DELETE ${PODS}/demo`]: [200, POD] });
  visit("/");
  await pressDelete();
  await act(() => vi.advanceTimersByTimeAsync(PATIENCE_MS + 100));
  await waitFor(() => expect(deletes(asked)).toHaveLength(1));
  expect(deletes(asked)).toMatchObject([{ token: "t0ken", body: { preconditions: { uid: "u-1" } } }]);
  expect(await screen.findByText("demo is ending")).toBeTruthy();
});

test("a page that is left sends what waits at once", async () => {
  const asked = service({ ...BASE, [`DELETE ${PODS}/demo`]: [200, POD] });
  visit("/");
  await pressDelete();
  act(() => void globalThis.dispatchEvent(new Event("pagehide")));
  await waitFor(() => expect(deletes(asked)).toHaveLength(1));
  await act(() => vi.advanceTimersByTimeAsync(2 * PATIENCE_MS));
  expect(deletes(asked)).toHaveLength(1);
});

test("a deletion that is refused says why, and stays until it is closed", async () => {
  service({ ...BASE, [`DELETE ${PODS}/demo`]: [409, { reason: "Conflict", message: "another pod has that name" }] });
  visit("/");
  await pressDelete();
  await act(() => vi.advanceTimersByTimeAsync(PATIENCE_MS + 100));
  expect(await screen.findByText("demo was not deleted")).toBeTruthy();
  await act(() => vi.advanceTimersByTimeAsync(60_000));
  expect(screen.getByText(/another pod has that name/)).toBeTruthy();
});

test("the palette finds a command by its words and follows it", async () => {
  service(BASE);
  visit("/");
  await cards();
  await userEvent.keyboard("{Control>}k{/Control}");
  await screen.findByRole("combobox", { name: "Find a pod or a command" });
  expect(await screen.findByRole("option", { name: /demo/ })).toBeTruthy();
  await userEvent.keyboard("api tok");
  await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(1));
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(globalThis.location.pathname).toBe("/account"));
});

test("keys of one character work, but not while somebody types, and not once they are off", async () => {
  service({ ...BASE, [`GET ${PODS}`]: [200, { items: ["a", "b", "c", "d", "e"].map((name) => named(name)) }] });
  visit("/");
  await cards();
  await userEvent.keyboard("/");
  const filter = screen.getByLabelText("Filter by name, member or image");
  expect(document.activeElement).toBe(filter);
  await userEvent.keyboard("t?");
  expect(filter.getAttribute("value")).toBe("t?");
  expect(document.documentElement.dataset.theme).toBeUndefined();
  act(() => filter.blur());
  await userEvent.keyboard("t");
  expect(document.documentElement.dataset.theme).toBe("light");
  await userEvent.keyboard("ga");
  await userEvent.click(await screen.findByRole("switch", { name: "Shortcuts of one character" }));
  await userEvent.keyboard("t");
  expect(document.documentElement.dataset.theme).toBe("light");
});

test("an address leads to a part of a page, also when it comes late", async () => {
  service(BASE);
  visit("/account#later");
  await screen.findByRole("heading", { name: "Account" });
  const late = document.createElement("section");
  late.id = "later";
  document.getElementById("main")?.append(late);
  await waitFor(() => expect(document.activeElement).toBe(late));
  late.remove();
});
