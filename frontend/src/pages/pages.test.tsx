import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { App } from "../app";
import { POD, SAMPLE, SNAPSHOT } from "../testing/frames";
import { SESSION, service } from "../testing/service";
// Loaded beforehand: a test need not wait for a page that comes when it is opened.
import "./pod";

const PODS = "/api/v1/namespaces/ada/pods";
const BASE = {
  "GET /api/playground/v1/session": [200, SESSION],
  "GET /api/playground/v1/catalogue": [
    200,
    { items: [{ reference: "nginx:latest", size: 1, state: "ready", message: "", pinned: "" }] },
  ],
  "GET /api/v1/namespaces": [200, { items: [{ metadata: { name: "ada" } }] }],
} as const;

/** A socket that does only what a test says. */
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

async function hear(...messages: readonly object[]) {
  await waitFor(() => expect(TestSocket.newest).toBeTruthy());
  act(() => {
    TestSocket.newest?.onopen?.();
    for (const message of messages) TestSocket.newest?.onmessage?.({ data: JSON.stringify(message) });
  });
}

function visit(address: string) {
  TestSocket.newest = undefined;
  vi.stubGlobal("WebSocket", TestSocket);
  globalThis.history.pushState(null, "", address);
  return render(<App />);
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));
const type = (label: string, text: string) => userEvent.type(screen.getByLabelText(label), text);

test("someone who is not signed in is sent to sign in, and the token goes with the password", async () => {
  const asked = service({
    "GET /api/playground/v1/session": [200, { user: null, namespace: null, csrfToken: "fresh" }],
    "POST /api/playground/v1/session": [401, { reason: "Unauthorized", message: "the name or the password is wrong" }],
  });
  visit("/new");
  await screen.findByLabelText("User name");
  await type("User name", "ada");
  await type("Password", "wrong");
  await press("Sign in");
  expect((await screen.findByRole("alert")).textContent).toContain("the name or the password is wrong");
  expect(asked.at(-1)).toMatchObject({ token: "fresh", body: { username: "ada", password: "wrong", code: "" } });
});

test("a one-time link is spent once, and leaves the address bar", async () => {
  const asked = service({
    ...BASE,
    "POST /api/playground/v1/session": [200, SESSION],
    [`GET ${PODS}`]: [200, { items: [] }],
  });
  visit("/sign-in#once-only");
  await screen.findByText(/No pods here yet/);
  expect(asked.filter((each) => each.method === "POST").map((each) => each.body)).toEqual([
    { link: "once-only", code: "" },
  ]);
  expect(globalThis.location.hash).toBe("");
});

test("who was sent here for a page of this program comes to it, by address too", async () => {
  service({ ...BASE, "POST /api/playground/v1/session": [200, SESSION], [`GET ${PODS}`]: [200, { items: [] }] });
  visit("/sign-in?next=%2Fnew#once-only");
  expect(await screen.findByRole("heading", { name: "New pod" })).toBeTruthy();
});

test.each(["//evil.example", "https://evil.example/", "javascript:alert(1)"])("nobody is sent to %s", async (next) => {
  service({ ...BASE, "POST /api/playground/v1/session": [200, SESSION], [`GET ${PODS}`]: [200, { items: [] }] });
  visit(`/sign-in?${new URLSearchParams({ next })}#once-only`);
  await screen.findByText(/No pods here yet/);
  expect(globalThis.location.pathname).toBe("/");
});

test("pods are listed with their phase, what is wrong, members and address", async () => {
  service({ ...BASE, [`GET ${PODS}`]: [200, { items: [POD] }] });
  globalThis.localStorage.setItem("pods-as", "table");
  visit("/");
  const table = await screen.findByRole("table", { name: "Pods" });
  const cells = within(table)
    .getAllByRole("cell")
    .map((cell) => cell.textContent);
  expect(cells.slice(0, 5)).toEqual(["demo", "Running ErrImagePull", "webtoolbox", "…", "10.88.0.14"]);
  expect(within(table).getByRole("link", { name: "demo" }).getAttribute("href")).toBe("/pods/ada/demo");
});

test("a starting point becomes a pod, and its page opens", async () => {
  const asked = service({ ...BASE, [`POST ${PODS}`]: [201, POD] });
  visit("/new");
  await screen.findByLabelText("Pod name");
  await press("nginx + debug");
  await press("Create pod");
  await waitFor(() => expect(globalThis.location.pathname).toBe("/pods/ada/demo"));
  const sent = asked.find((each) => each.method === "POST");
  expect(sent).toMatchObject({
    token: "t0ken",
    body: {
      metadata: { name: "nginx-debug" },
      spec: { containers: [{ name: "web", ports: [{ containerPort: 80, hostPort: 8080 }] }, { name: "debug" }] },
    },
  });
  expect(globalThis.sessionStorage.getItem("new-pod")).toBeNull();
});

test("each error stands at its field, the first has the focus, and nothing typed is lost", async () => {
  const causes = [
    { field: "spec.containers[1].image", reason: "FieldValueRequired", message: "Required value" },
    { field: "metadata.name", reason: "FieldValueInvalid", message: 'Invalid value: "UP": must be lower case' },
    { field: "spec.volumes", reason: "FieldValueForbidden", message: "Forbidden: not here" },
  ];
  const refused = (found: readonly unknown[]) => ({
    ...BASE,
    [`POST ${PODS}`]: [422, { reason: "Invalid", message: "Pod is invalid", details: { causes: found } }] as const,
  });
  service(refused(causes));
  visit("/new");
  await screen.findByLabelText("Pod name");
  await type("Pod name", "UP");
  await press("Add member");
  await type("Member 2 name", "second");
  await press("Create pod");

  expect((await screen.findByRole("alert")).textContent).toContain("spec.volumes: Forbidden: not here");
  const name = screen.getByLabelText("Pod name");
  expect(name.getAttribute("aria-invalid")).toBe("true");
  const told = (name.getAttribute("aria-describedby") ?? "")
    .split(" ")
    .map((id) => document.getElementById(id)?.textContent);
  expect(told).toContain('Invalid value: "UP": must be lower case');
  expect(screen.getByLabelText("Member 2 image").getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByLabelText("Member 2 name")).toHaveProperty("value", "second");
  await waitFor(() => expect(document.activeElement).toBe(name));

  // What is checked while somebody types slowly has nothing against the new name.
  service(refused(causes.filter(({ field }) => field !== "metadata.name")));
  await type("Pod name", "x");
  expect(name.getAttribute("aria-invalid")).toBeNull();
});

test("a name in use is said at the name", async () => {
  const message = 'pods "demo" already exists';
  service({ ...BASE, [`POST ${PODS}`]: [409, { reason: "AlreadyExists", message }] });
  visit("/new");
  await screen.findByLabelText("Pod name");
  await press("nginx + debug");
  await press("Create pod");
  await screen.findByText(message);
  expect(screen.getByLabelText("Pod name").getAttribute("aria-invalid")).toBe("true");
});

test("a draft survives a reload", async () => {
  service(BASE);
  const page = visit("/new");
  await screen.findByLabelText("Pod name");
  await type("Pod name", "kept");
  await press("Duplicate member 1");
  page.unmount();
  visit("/new");
  expect(await screen.findByLabelText("Pod name")).toHaveProperty("value", "kept");
  expect(screen.getByLabelText("Member 2 name")).toBeTruthy();
});

test("KEY=VALUE lines pasted into a name become variables", async () => {
  service(BASE);
  visit("/new");
  await screen.findByLabelText("Pod name");
  await press("Add variable");
  await userEvent.click(screen.getByLabelText("Member 1 variable 1 name"));
  await userEvent.paste("A=1\nB=x=y\n");
  expect(screen.getByLabelText("Member 1 variable 1 value")).toHaveProperty("value", "1");
  expect(screen.getByLabelText("Member 1 variable 2 name")).toHaveProperty("value", "B");
  expect(screen.getByLabelText("Member 1 variable 2 value")).toHaveProperty("value", "x=y");
  expect(screen.queryByLabelText("Member 1 variable 3 name")).toBeNull();
});

test("every refusal moves the focus to the first wrong field, the same refusal too", async () => {
  const causes = [{ field: "metadata.name", message: "Required value" }];
  service({ ...BASE, [`POST ${PODS}`]: [422, { reason: "Invalid", message: "no", details: { causes } }] });
  visit("/new");
  const name = await screen.findByLabelText("Pod name");
  for (let times = 0; times < 2; times += 1) {
    screen.getByLabelText("Hostname").focus();
    await press("Create pod");
    await waitFor(() => expect(document.activeElement).toBe(name));
  }
  expect(screen.getByRole("alert").textContent).toContain("The pod was not made");
});

test("what is no number and what the service finds wrong are told together", async () => {
  const causes = [{ field: "metadata.name", message: "Required value" }];
  const asked = service({
    ...BASE,
    [`POST ${PODS}`]: [422, { reason: "Invalid", message: "no", details: { causes } }],
  });
  visit("/new");
  await screen.findByLabelText("Pod name");
  await type("Grace period, seconds", "soon");
  await press("Create pod");
  expect(await screen.findByText("Required value")).toBeTruthy();
  expect(screen.getByText(/must be a whole number/)).toBeTruthy();
  expect(asked.at(-1)).toMatchObject({ method: "POST", search: "?dryRun=All" });
});

test("a pod with a value that cannot be sent is not made, whatever the service says of the rest", async () => {
  service({ ...BASE, [`POST ${PODS}`]: [201, POD] });
  visit("/new");
  await screen.findByLabelText("Pod name");
  await type("Grace period, seconds", "soon");
  await press("Create pod");
  expect(await screen.findByText(/must be a whole number/)).toBeTruthy();
  expect(globalThis.location.pathname).toBe("/new");
  await press("nginx + debug");
  expect(screen.queryByText(/must be a whole number/)).toBeNull();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("an image that is still being built is said at its field until it is there", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const path = "/api/playground/v1/catalogue";
  const image = (state: string) => ({ items: [{ reference: "slow:latest", size: 0, state, message: "", pinned: "" }] });
  service({ ...BASE, [`GET ${path}`]: [200, image("building")] });
  visit("/new");
  const field = await screen.findByLabelText("Member 1 image");
  fireEvent.change(field, { target: { value: "slow" } });
  const note = await screen.findByText(/is being built on this node: the pod will wait for it/);
  expect((field.getAttribute("aria-describedby") ?? "").split(" ")).toContain(note.id);

  const then = service({ ...BASE, [`GET ${path}`]: [200, image("ready")] });
  const asked = () => then.filter((each) => each.path === path).length;
  await act(() => vi.advanceTimersByTimeAsync(3000));
  expect(asked()).toBe(1);
  expect(note.textContent).toBe("ready");
  await act(() => vi.advanceTimersByTimeAsync(30_000));
  expect(asked()).toBe(1);
});

test("the focus follows what was added and what was removed", async () => {
  service(BASE);
  visit("/new");
  await screen.findByLabelText("Pod name");
  const focused = () => document.activeElement?.getAttribute("id");
  await press("Add variable");
  expect(document.activeElement).toBe(screen.getByLabelText("Member 1 variable 1 name"));
  await press("Remove member 1 variable 1");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Add variable" }));
  await press("Add member");
  expect(document.activeElement).toBe(screen.getByLabelText("Member 2 name"));
  const second = focused();
  await press("Remove member 1");
  expect(focused()).toBe(second);
  await press("Remove member 1");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Add member" }));
});

test("a used link says how to get another", async () => {
  service({
    "GET /api/playground/v1/session": [200, { user: null, namespace: null, csrfToken: "fresh" }],
    "POST /api/playground/v1/session": [401, { reason: "Unauthorized", message: "this link has been used" }],
  });
  visit("/sign-in#old");
  expect((await screen.findByRole("alert")).textContent).toContain("./play link NAME) on the machine");
});

test("a link whose request got no answer is sent again, for it has left the address bar", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const asked = service({
    ...BASE,
    "POST /api/playground/v1/session": [200, SESSION],
    [`GET ${PODS}`]: [200, { items: [] }],
  });
  const answering = globalThis.fetch;
  const dropped: string[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    if (request.method !== "POST" || dropped.length > 0) return answering(request);
    dropped.push(request.url);
    return Promise.reject(new TypeError("Failed to fetch"));
  });
  visit("/sign-in#dropped");
  await waitFor(() => expect(dropped).toHaveLength(1));
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  await screen.findByText(/No pods here yet/);
  expect(asked.filter((each) => each.method === "POST").map((each) => each.body)).toEqual([
    { link: "dropped", code: "" },
  ]);
});

test("a service that goes away leaves the pod's page as it was, and comes back to it", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  service(BASE);
  visit("/pods/ada/demo");
  await hear(SNAPSHOT, { type: "stream", state: "live", reason: "" }, SAMPLE);
  expect(screen.getByRole("status", { name: "Connection: live" })).toBeTruthy();

  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("refused")));
  const lost = TestSocket.newest;
  act(() => lost?.onclose?.({ code: 1006 }));
  await act(() => vi.advanceTimersByTimeAsync(20_000));
  expect(screen.getByRole("status", { name: /Connection: reconnecting since/ })).toBeTruthy();
  expect(screen.getByText(/Below is what was read last/)).toBeTruthy();
  expect(screen.getByText("nginx: worker process")).toBeTruthy();

  const asked = service(BASE);
  await act(() => vi.advanceTimersByTimeAsync(10_000));
  expect(asked.some((each) => each.path === "/api/playground/v1/session")).toBe(true);
  expect(TestSocket.newest).not.toBe(lost);
  await hear(SNAPSHOT, { type: "stream", state: "live", reason: "" }, SAMPLE);
  expect(screen.getByRole("status", { name: "Connection: live" })).toBeTruthy();
});

test("a log is followed, in its colours and searched, and the choice of times is kept", async () => {
  // Without a layout nothing would be in sight.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(420);
  const path = `GET ${PODS}/demo/log`;
  const asked = service({ ...BASE, [path]: [200, "2026-01-02T14:32:01.000000000Z GET / \u001b[31m500\u001b[0m\n"] });
  visit("/pods/ada/demo");
  await hear(SNAPSHOT);
  const region = await screen.findByRole("region", { name: "Log of web" });
  await waitFor(() => expect(region.textContent).toBe("GET / 500"));
  const { search } = asked.find((each) => each.path.endsWith("/log")) ?? { search: "" };
  expect(search).toContain("follow=true");
  expect(screen.getByText("500").className).toBe("ansi-red");
  await userEvent.selectOptions(screen.getByLabelText("Times"), "UTC times");
  expect(region.textContent).toBe("2026-01-02T14:32:01.000ZGET / 500");
  expect(globalThis.localStorage.getItem("log-times")).toBe("utc");
  await userEvent.type(screen.getByLabelText("Search the log"), "get{Enter}");
  expect(await screen.findByText("1 of 1")).toBeTruthy();
});

test("an admin who looks at another's namespace is told where a new pod goes", async () => {
  service({
    ...BASE,
    "GET /api/v1/namespaces": [200, { items: [{ metadata: { name: "ada" } }, { metadata: { name: "bob" } }] }],
    [`GET ${PODS}`]: [200, { items: [] }],
    "GET /api/v1/namespaces/bob/pods": [200, { items: [] }],
  });
  visit("/");
  await userEvent.selectOptions(await screen.findByLabelText("Namespace"), "bob");
  expect(await screen.findByRole("link", { name: "New pod in ada" })).toBeTruthy();
});

test("a pod that no node takes shows why in the list", async () => {
  const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes" }];
  service({ ...BASE, [`GET ${PODS}`]: [200, { items: [{ ...POD, status: { phase: "Pending", conditions } }] }] });
  visit("/");
  expect(await screen.findByText("Unschedulable")).toBeTruthy();
});

test("who has too many sockets open is told what to do", async () => {
  service(BASE);
  visit("/pods/ada/demo");
  await waitFor(() => expect(TestSocket.newest).toBeTruthy());
  act(() => TestSocket.newest?.onclose?.({ code: 4429 }));
  expect(await screen.findByRole("heading", { name: "Too many pages are open" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
});
