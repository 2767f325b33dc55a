import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { App } from "../app";
import { POD } from "../testing/frames";
import { SESSION, service } from "../testing/service";
import type { EditorProps } from "./yaml-editor";

// The editor needs a browser's layout; what it is given and tells is a text, as here.
vi.mock("./yaml-editor", () => ({
  default: ({ text, onChange }: EditorProps) => (
    <textarea aria-label="Pod as YAML" value={text} onChange={(event) => onChange(event.target.value)} />
  ),
}));

const PODS = "/api/v1/namespaces/ada/pods";
const BASE = {
  "GET /api/playground/v1/session": [200, SESSION],
  "GET /api/playground/v1/catalogue": [
    200,
    {
      items: ["nginx:latest", "playground/toolbox:1", "playground/base:1"].map((reference) => ({
        reference,
        size: 229_000_000,
        state: "ready",
        message: "",
        pinned: "",
      })),
    },
  ],
  [`GET ${PODS}`]: [200, { items: [POD] }],
  [`POST ${PODS}`]: [201, POD],
} as const;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const user = () => userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
const press = (name: string) => user().click(screen.getByRole("button", { name }));
const type = (label: string, text: string) => user().type(screen.getByLabelText(label), text);
const yaml = async () => (await screen.findByLabelText("Pod as YAML")) as HTMLTextAreaElement;
const settle = () => act(() => vi.advanceTimersByTimeAsync(500));

async function open(address = "/new") {
  globalThis.history.pushState(null, "", address);
  const page = render(<App />);
  await screen.findByLabelText("Pod name");
  await yaml();
  return page;
}

function refusal(...causes: readonly { field: string; message: string }[]) {
  return { [`POST ${PODS}`]: [422, { reason: "Invalid", message: "no", details: { causes } }] } as const;
}

test("what is typed in the form stands in the YAML, and what is typed in the YAML stands in the form", async () => {
  service(BASE);
  await open();
  await type("Pod name", "demo");
  await type("Member 1 image", "nginx");
  expect((await yaml()).value).toContain("name: demo");
  expect((await yaml()).value).toContain("image: nginx");
  fireEvent.change(await yaml(), { target: { value: (await yaml()).value.replace("demo", "other # mine") } });
  expect(screen.getByLabelText("Pod name")).toHaveProperty("value", "other");
  await type("Hostname", "h");
  expect((await yaml()).value).toContain("name: other # mine");
  expect((await yaml()).value).toContain("hostname: h");
});

test("a YAML that cannot be read keeps its text and the form, and is sent as it is", async () => {
  const asked = service(BASE);
  const page = await open();
  await type("Pod name", "demo");
  const broken = "metadata:\n  name: demo\n - x";
  fireEvent.change(await yaml(), { target: { value: broken } });
  expect(screen.getByText(/The YAML cannot be read, from line 3 on/)).toBeTruthy();
  expect(screen.getByLabelText("Pod name")).toHaveProperty("value", "demo");
  expect(screen.getByLabelText("Pod name").closest("fieldset")).toHaveProperty("disabled", true);
  const marks = screen.getByRole("list", { name: "What is wrong with the YAML" });
  expect(within(marks).getAllByRole("button", { name: "Go to line 3" })).toBeTruthy();
  page.unmount();
  await open();
  expect((await yaml()).value).toBe(broken);
  await press("Create pod");
  await waitFor(() => expect(asked.at(-1)).toMatchObject({ method: "POST", body: broken }));
});

test("the YAML can be written anew from the form, and that taken back", async () => {
  service(BASE);
  await open();
  await type("Pod name", "demo");
  fireEvent.change(await yaml(), { target: { value: "kind: [" } });
  await press("Write the YAML anew from the form");
  expect((await yaml()).value).toContain("name: demo");
  await press("Undo");
  expect((await yaml()).value).toBe("kind: [");
});

test("a pod of a team's namespace is made there", async () => {
  const asked = service(BASE);
  await open("/new?namespace=crew");
  expect(screen.getByText("in crew")).toBeTruthy();
  await type("Pod name", "demo");
  await press("Create pod");
  const made = () => asked.find(({ method, search }) => method === "POST" && search === "");
  await waitFor(() => expect(made()?.path).toBe("/api/v1/namespaces/crew/pods"));
  // It counts for who makes it and for the team: what both have left is to be seen there too.
  expect(asked.some(({ path }) => path.endsWith("/quota"))).toBe(true);
});

test("the service is asked once the typing pauses, and tells at touched fields only", async () => {
  const required = { field: "spec.containers[0].image", message: "Required value" };
  const asked = service({ ...BASE, ...refusal({ field: "metadata.name", message: "must be lower case" }, required) });
  await open();
  await settle();
  const posts = () => asked.filter((each) => each.method === "POST");
  expect(posts()).toEqual([]);
  await type("Pod name", "UP");
  await settle();
  expect(await screen.findByText("must be lower case")).toBeTruthy();
  expect(posts().length).toBe(1);
  expect(posts()[0]?.search).toBe("?dryRun=All");
  expect(screen.queryByText("Required value")).toBeNull();
  expect(screen.queryByRole("alert")).toBeNull();
  await press("Create pod");
  expect(await screen.findByText("Required value")).toBeTruthy();
  expect(screen.getByRole("alert").textContent).toContain("The pod was not made");
});

test("what is sent again after a loss has the same key, and what is changed another one", async () => {
  const made = (asked: ReturnType<typeof service>) =>
    asked.filter((each) => each.path === PODS && each.method === "POST");
  const lost = service({ ...BASE, [`POST ${PODS}`]: [503, { reason: "ServiceUnavailable", message: "away" }] });
  await open();
  await type("Pod name", "demo");
  await settle();
  await press("Create pod");
  await press("Create pod");
  await type("Pod name", "s");
  await press("Create pod");
  const [check, first, second, other] = made(lost).filter((each, i) => i === 0 || each.search === "");
  expect(check).toMatchObject({ search: "?dryRun=All", key: null });
  expect(first?.key).toMatch(/^[0-9a-f]{32}$/);
  expect(second?.key).toBe(first?.key);
  expect(other?.key).not.toBe(first?.key);
  const there = service(BASE);
  await press("Create pod");
  await waitFor(() => expect(made(there).at(-1)?.key).toBe(other?.key));
});

test("a service that has had enough is not asked at each key", async () => {
  const asked = service({ ...BASE, [`POST ${PODS}`]: [429, { reason: "TooManyRequests", message: "too many" }] });
  await open();
  await type("Pod name", "a");
  await settle();
  expect(await screen.findByText("Could not be checked: too many")).toBeTruthy();
  await type("Pod name", "b");
  await settle();
  expect(asked.filter((each) => each.method === "POST").length).toBe(1);
  await act(() => vi.advanceTimersByTimeAsync(2000));
  expect(asked.filter((each) => each.method === "POST").length).toBe(2);
});

test("a starting point named in the address fills an empty draft, and is offered beside another", async () => {
  service(BASE);
  const page = await open("/new?start=wordpress");
  await waitFor(() => expect(screen.getByLabelText("Pod name")).toHaveProperty("value", "wordpress"));
  expect(globalThis.location.search).toBe("");
  const password = screen.getByLabelText("Member 1 variable 1 value").getAttribute("value");
  expect(password).toMatch(/^\w{20}$/);
  expect(screen.getByLabelText("Member 2 variable 3 value")).toHaveProperty("value", password);
  page.unmount();
  await open("/new?start=pair");
  expect(await screen.findByText("You have a draft. Start with An isolated pair instead?")).toBeTruthy();
  expect(screen.getByLabelText("Pod name")).toHaveProperty("value", "wordpress");
  await press("Replace the draft");
  expect(screen.getByLabelText("Pod name")).toHaveProperty("value", "pair");
  await press("Undo");
  expect(screen.getByLabelText("Pod name")).toHaveProperty("value", "wordpress");
});

test("a member that was removed comes back to its place with all that was typed", async () => {
  service(BASE);
  await open("/new?start=wordpress");
  await waitFor(() => expect(screen.getByLabelText("Member 1 name")).toHaveProperty("value", "mysql"));
  const before = (await yaml()).value;
  await press("Remove member 1");
  expect(screen.getByLabelText("Member 1 name")).toHaveProperty("value", "wordpress");
  expect(screen.getByText("mysql was removed.")).toBeTruthy();
  await press("Undo");
  expect(screen.getByLabelText("Member 1 name")).toHaveProperty("value", "mysql");
  expect(document.activeElement).toBe(screen.getByLabelText("Member 1 name"));
  expect((await yaml()).value).toBe(before);
});

test("members move by buttons, which keep the focus", async () => {
  service(BASE);
  await open("/new?start=pair");
  await waitFor(() => expect(screen.getByLabelText("Member 1 name")).toHaveProperty("value", "web"));
  await press("Move member 2 up");
  expect(screen.getByLabelText("Member 1 name")).toHaveProperty("value", "curl");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Move member 1 down" }));
});

test("an image is chosen from the catalogue by keys, without the service's own", async () => {
  service(BASE);
  await open();
  const field = screen.getByLabelText("Member 1 image");
  await user().click(field);
  await user().keyboard("{ArrowDown}");
  const options = screen.getAllByRole("option").map((option) => option.textContent);
  expect(options).toEqual(["nginx:latestready · 229 MB", "playground/toolbox:1ready · 229 MB"]);
  await user().keyboard("{Enter}");
  expect(field).toHaveProperty("value", "nginx:latest");
  expect((await yaml()).value).toContain("image: nginx:latest");
  await user().clear(field);
  await user().type(field, "new/one");
  expect(screen.getByText("Not on the node: it will be pulled when the pod is created.")).toBeTruthy();
});

test("lines pasted into the dialog become variables", async () => {
  service(BASE);
  await open();
  await press("Paste lines: member 1 variables");
  await user().type(screen.getByLabelText(/empty ones/), "A=1\n# no\nB=2");
  await press("Add 2 variables");
  expect(screen.getByLabelText("Member 1 variable 2 name")).toHaveProperty("value", "B");
});

test("the pod's card lists the ports of all, and says that two on one port clash", async () => {
  service(BASE);
  await open("/new?start=nginx-debug");
  await waitFor(() => expect(screen.getByLabelText("Member 1 name")).toHaveProperty("value", "web"));
  const list = screen.getByRole("list", { name: "Ports" });
  expect(list.textContent).toBe("host 8080→topod 80/TCP→ofweb");
  await user().click(screen.getAllByRole("button", { name: "Add port" })[1] ?? document.body);
  await type("Member 2 port 1 container port", "80");
  expect(screen.getByText(/web and debug say that they listen on 80\/TCP/)).toBeTruthy();
  await press("Use 8081 as host port of member 2 port 1");
  expect(screen.getByLabelText("Member 2 port 1 host port")).toHaveProperty("value", "8081");
});

test("the picture has a table with the same facts", async () => {
  service(BASE);
  await open("/new?start=pair");
  await screen.findByRole("img", { name: /web and curl share one network namespace/ });
  await user().click(screen.getByRole("radio", { name: "Table" }));
  const rows = within(screen.getByRole("table", { name: "The pod to be" })).getAllByRole("row");
  expect(rows.map((row) => row.textContent)).toEqual([
    "MemberImageNetworkProcessesPorts",
    "pausethe node's ownholds itits own",
    "webnginxpause'sits ownlistens on 80",
    "curlplayground/toolbox:1pause'sits own",
  ]);
});

test("a field that the service does not know can be left out", async () => {
  service({ ...BASE, ...refusal({ field: "spec.nodeName", message: 'unknown field "spec.nodeName"' }) });
  await open();
  fireEvent.change(await yaml(), {
    target: { value: "metadata:\n  name: demo\nspec:\n  nodeName: n1\n  hostname: h\n" },
  });
  await settle();
  await press("Leave out this field");
  expect((await yaml()).value).toBe("metadata:\n  name: demo\nspec:\n  hostname: h\n");
});

test("starting over empties the draft, and can be taken back", async () => {
  service(BASE);
  await open();
  await type("Pod name", "demo");
  await press("Start over");
  expect(screen.getByLabelText("Pod name")).toHaveProperty("value", "");
  await press("Undo");
  expect(screen.getByLabelText("Pod name")).toHaveProperty("value", "demo");
});
