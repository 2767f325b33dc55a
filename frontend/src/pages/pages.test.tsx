import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { App } from "../app";
import { POD } from "../testing/frames";
import { SESSION, service } from "../testing/service";

const PODS = "/api/v1/namespaces/ada/pods";
const BASE = {
  "GET /api/playground/v1/session": [200, SESSION],
  "GET /api/playground/v1/catalogue": [200, { items: [{ reference: "nginx:latest", size: 1, state: "ready" }] }],
  "GET /api/v1/namespaces": [200, { items: [{ metadata: { name: "ada" } }] }],
} as const;

class SilentSocket {
  close() {}
}

function visit(address: string) {
  vi.stubGlobal("WebSocket", SilentSocket);
  globalThis.history.pushState(null, "", address);
  return render(<App />);
}

afterEach(() => vi.unstubAllGlobals());

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
  expect(asked.at(-1)).toMatchObject({ token: "fresh", body: { username: "ada", password: "wrong" } });
});

test("a one-time link is spent once, and leaves the address bar", async () => {
  const asked = service({
    ...BASE,
    "POST /api/playground/v1/session": [200, SESSION],
    [`GET ${PODS}`]: [200, { items: [] }],
  });
  visit("/sign-in#once-only");
  await screen.findByText(/No pods here/);
  expect(asked.filter((each) => each.method === "POST").map((each) => each.body)).toEqual([{ link: "once-only" }]);
  expect(globalThis.location.hash).toBe("");
});

test("pods are listed with their phase, what is wrong, members and address", async () => {
  service({ ...BASE, [`GET ${PODS}`]: [200, { items: [POD] }] });
  visit("/");
  const table = await screen.findByRole("table", { name: "Pods" });
  const cells = within(table)
    .getAllByRole("cell")
    .map((cell) => cell.textContent);
  expect(cells.slice(0, 4)).toEqual(["demo", "Running ErrImagePull", "webtoolbox", "10.88.0.14"]);
  expect(within(table).getByRole("link", { name: "demo" }).getAttribute("href")).toBe("/pods/ada/demo");
});

test("the example becomes a pod, and its page opens", async () => {
  const asked = service({ ...BASE, [`POST ${PODS}`]: [201, POD] });
  visit("/new");
  await screen.findByLabelText("Pod name");
  await press("Fill in the example: nginx + toolbox");
  await press("Create pod");
  await waitFor(() => expect(globalThis.location.pathname).toBe("/pods/ada/demo"));
  const sent = asked.find((each) => each.method === "POST");
  expect(sent).toMatchObject({
    token: "t0ken",
    body: {
      metadata: { name: "demo" },
      spec: { containers: [{ name: "web", ports: [{ containerPort: 80, hostPort: 8080 }] }, { name: "toolbox" }] },
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
  service({ ...BASE, [`POST ${PODS}`]: [422, { reason: "Invalid", message: "Pod is invalid", details: { causes } }] });
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

  await type("Pod name", "x");
  expect(name.getAttribute("aria-invalid")).toBeNull();
});

test("a name in use is said at the name", async () => {
  const message = 'pods "demo" already exists';
  service({ ...BASE, [`POST ${PODS}`]: [409, { reason: "AlreadyExists", message }] });
  visit("/new");
  await screen.findByLabelText("Pod name");
  await press("Fill in the example: nginx + toolbox");
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
