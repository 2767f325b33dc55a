import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { App } from "../app";
import { SESSION, service } from "../testing/service";
import "./team";
import "./teams";

const API = "/api/playground/v1";
const CREW = {
  name: "crew",
  role: "admin",
  mayManage: true,
  members: [
    { name: "ada", role: "admin", fromGroups: false },
    { name: "bob", role: "member", fromGroups: false },
    { name: "eve", role: "member", fromGroups: true },
  ],
  namespaces: [{ name: "crew", owner: "ada" }],
  groups: ["sailors"],
};
const POD = { metadata: { name: "web", namespace: "crew", uid: "u1" }, status: { phase: "Running" } };
const BASE = {
  [`GET ${API}/session`]: [200, SESSION],
  [`GET ${API}/teams`]: [200, { items: [CREW], mayFound: false }],
  [`GET ${API}/teams/crew`]: [200, CREW],
  "GET /api/v1/namespaces/crew/pods": [200, { items: [POD] }],
} as const;

function refusal(reason: string, field: string, message: string) {
  return { reason, message: `all of it: ${message}`, details: { causes: [{ field, message }] } };
}

function visit(address: string) {
  globalThis.history.pushState(null, "", address);
  return render(<App />);
}

afterEach(() => vi.unstubAllGlobals());

test("one's teams are listed with what one is in them; who may found none has no form", async () => {
  service(BASE);
  visit("/teams");
  const row = within(await screen.findByRole("table", { name: "Teams" })).getByRole("row", { name: /crew/ });
  expect(row.textContent).toContain("admin");
  expect(row.textContent).toContain("ada, bob and eve");
  expect(screen.queryByRole("form", { name: "Found a team" })).toBeNull();
});

test("who is in no team is told how to get into one", async () => {
  service({ ...BASE, [`GET ${API}/teams`]: [200, { items: [], mayFound: false }] });
  visit("/teams");
  expect((await screen.findByText(/You are in no team/)).textContent).toContain("by your user name, ada");
});

test("a name that is taken is told at the field, and no longer when it is changed", async () => {
  const told = refusal("AlreadyExists", "name", "a team is called that already");
  const asked = service({
    ...BASE,
    [`GET ${API}/teams`]: [200, { items: [], mayFound: true }],
    [`POST ${API}/teams`]: [409, told],
  });
  visit("/teams");
  const form = within(await screen.findByRole("form", { name: "Found a team" }));
  await userEvent.type(form.getByLabelText("Name"), "crew");
  await userEvent.click(form.getByRole("button", { name: "Found the team" }));
  expect(await form.findByText("a team is called that already")).toBeTruthy();
  expect(form.getByLabelText("Name").getAttribute("aria-invalid")).toBe("true");
  expect(form.queryByRole("alert")).toBeNull();
  expect(asked.find(({ method }) => method === "POST")?.body).toEqual({ name: "crew" });
  await userEvent.type(form.getByLabelText("Name"), "2");
  expect(form.queryByText("a team is called that already")).toBeNull();
});

test("an unknown user is told at the field, a member is not added twice", async () => {
  const told = refusal("NotFound", "user", "nobody here is called that");
  const asked = service({ ...BASE, [`PUT ${API}/teams/crew/members/carl`]: [404, told] });
  visit("/teams/crew");
  const form = within(await screen.findByRole("form", { name: "Add a member" }));
  await userEvent.type(form.getByLabelText("User name"), "bob");
  await userEvent.click(form.getByRole("button", { name: "Add" }));
  expect(form.getByText(/is in the team already/)).toBeTruthy();
  expect(asked.some(({ method }) => method === "PUT")).toBe(false);
  await userEvent.clear(form.getByLabelText("User name"));
  await userEvent.type(form.getByLabelText("User name"), " carl ");
  await userEvent.selectOptions(form.getByLabelText("As"), "admin");
  await userEvent.click(form.getByRole("button", { name: "Add" }));
  expect(await form.findByText("nobody here is called that")).toBeTruthy();
  expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ role: "admin" });
});

test("a member is removed once that is confirmed, and not before", async () => {
  const asked = service({ ...BASE, [`DELETE ${API}/teams/crew/members/bob`]: [200, { items: [], mayFound: false }] });
  const removals = () => asked.filter(({ method }) => method === "DELETE");
  visit("/teams/crew");
  await userEvent.click(await screen.findByRole("button", { name: "Remove bob" }));
  const dialog = within(await screen.findByRole("alertdialog"));
  expect(dialog.getByText(/bob loses the way into the namespace crew/)).toBeTruthy();
  await userEvent.click(dialog.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  expect(removals()).toHaveLength(0);
  await userEvent.click(screen.getByRole("button", { name: "Remove bob" }));
  await userEvent.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Remove bob" }));
  await waitFor(() => expect(removals()).toHaveLength(1));
  expect(await screen.findByText("bob is no longer in crew")).toBeTruthy();
  expect(document.activeElement?.id).toBe("members");
});

test("the last admin and who is there by a group have no buttons but a reason", async () => {
  service(BASE);
  visit("/teams/crew");
  await screen.findByRole("form", { name: "Add a member" });
  const [ada, bob, eve] = within(screen.getByRole("region", { name: "Members" })).getAllByRole("listitem");
  expect(ada?.textContent).toContain("You are the only admin");
  expect(eve?.textContent).toContain("from groups");
  expect(eve?.textContent).toContain("it is changed there, and read at each sign-in");
  for (const row of [ada, eve]) expect(within(row as HTMLElement).queryAllByRole("button")).toHaveLength(0);
  expect(
    within(bob as HTMLElement)
      .getAllByRole("button")
      .map(({ textContent }) => textContent),
  ).toEqual(["Make admin bob", "Remove bob"]);
});

test("a refused change says why", async () => {
  const told = refusal("Conflict", "user", "a team needs an admin");
  service({ ...BASE, [`PUT ${API}/teams/crew/members/bob`]: [409, told] });
  visit("/teams/crew");
  await userEvent.click(await screen.findByRole("button", { name: "Make admin bob" }));
  expect((await screen.findByRole("alert")).textContent).toContain("a team needs an admin");
});

test("a deletion says what goes with the team", async () => {
  const asked = service({ ...BASE, [`DELETE ${API}/teams/crew`]: [200, { items: [], mayFound: false }] });
  visit("/teams/crew");
  await screen.findByRole("link", { name: "web" });
  await userEvent.click(screen.getByRole("button", { name: "Delete team" }));
  const dialog = within(await screen.findByRole("alertdialog"));
  expect(dialog.getAllByRole("listitem").map(({ textContent }) => textContent)).toContain("1 pod runs on there.");
  expect(dialog.getByText(/the group sailors leads here goes too/)).toBeTruthy();
  await userEvent.click(dialog.getByRole("button", { name: "Delete crew" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
  expect(await screen.findByRole("heading", { name: "Teams" })).toBeTruthy();
});

test("a member sees the team, its pods and the way out, and nothing to manage", async () => {
  const members = CREW.members.map((each) => ({ ...each, role: each.name === "bob" ? "admin" : "member" }));
  service({ ...BASE, [`GET ${API}/teams/crew`]: [200, { ...CREW, members, role: "member", mayManage: false }] });
  visit("/teams/crew");
  await screen.findByRole("button", { name: "Leave the team" });
  const pane = within(screen.getByRole("region", { name: "Members" }));
  expect(pane.getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["Leave the team"]);
  expect(screen.queryByRole("form", { name: "Add a member" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Delete team" })).toBeNull();
  expect((await screen.findByRole("link", { name: "web" })).getAttribute("href")).toBe("/pods/crew/web");
  expect(screen.getByRole("link", { name: "New pod in crew" }).getAttribute("href")).toBe("/new?namespace=crew");
});

test("a team that is not one's own is not there", async () => {
  service({ ...BASE, [`GET ${API}/teams/crew`]: [404, { reason: "NotFound", message: 'teams "crew" not found' }] });
  visit("/teams/crew");
  expect((await screen.findByRole("alert")).textContent).toContain("no team of that name, or you are not in it");
});
