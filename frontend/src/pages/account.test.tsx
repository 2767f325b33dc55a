import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { App } from "../app";
import { SESSION, service } from "../testing/service";
import "./account";

const API = "/api/playground/v1";
const NEVER = { id: 1, name: "old", scopes: ["read", "shell", "write"], createdAt: "2026-11-20T12:00:00Z" };
const HERE = { id: "a1", agent: "Firefox on Linux", address: "10.0.0.7", current: true };
const THERE = { id: "b2", agent: "Safari on iOS", address: "10.0.0.9", current: false };
const TIMES = { createdAt: "2026-11-27T10:00:00Z", lastSeen: "2026-11-27T11:00:00Z" };
const BASE = {
  [`GET ${API}/session`]: [200, SESSION],
  [`GET ${API}/sessions`]: [200, { items: [HERE, THERE].map((row) => ({ ...TIMES, ...row })) }],
  [`GET ${API}/second-factor`]: [200, { enabled: false, required: false, recoveryCodesLeft: 0 }],
  [`GET ${API}/password`]: [200, { isSet: true }],
  [`GET ${API}/tokens`]: [200, { items: [{ ...NEVER, expiresAt: null, lastUsedAt: null }] }],
} as const;

function visit(address: string) {
  globalThis.history.pushState(null, "", address);
  return render(<App />);
}

afterEach(() => vi.unstubAllGlobals());

test("a session elsewhere is ended once that is confirmed, the one that asks has no button", async () => {
  const asked = service({ ...BASE, [`DELETE ${API}/sessions/b2`]: [200, { items: [] }] });
  visit("/account");
  const pane = await screen.findByRole("region", { name: "Sessions" });
  expect(await within(pane).findByText("this one")).toBeTruthy();
  expect(within(pane).getAllByRole("button", { name: /^End/ })).toHaveLength(1);
  await userEvent.click(within(pane).getByRole("button", { name: "End the session of Safari on iOS" }));
  expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
  const question = screen.getByRole("alertdialog", { name: "Sign out Safari on iOS?" });
  await userEvent.click(within(question).getByRole("button", { name: "Sign out there" }));
  await waitFor(() => expect(asked.some(({ method, path }) => method === "DELETE" && path.endsWith("/b2"))).toBe(true));
  expect(await screen.findByText("Safari on iOS is signed out")).toBeTruthy();
});

test("all other sessions are ended at once", async () => {
  const asked = service({ ...BASE, [`DELETE ${API}/sessions`]: [200, { items: [] }] });
  visit("/account");
  await userEvent.click(await screen.findByRole("button", { name: "Sign out everywhere else" }));
  expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
  await userEvent.click(screen.getByRole("button", { name: "Sign out there" }));
  await waitFor(() =>
    expect(asked.some(({ method, path }) => method === "DELETE" && path.endsWith("/sessions"))).toBe(true),
  );
});

test("a token is made with a scope and an end, and shown to be copied", async () => {
  const made = { ...NEVER, id: 2, name: "ci", expiresAt: "2027-11-27T12:00:00Z", lastUsedAt: null, text: "pgt_once" };
  const asked = service({ ...BASE, [`POST ${API}/tokens`]: [201, made] });
  visit("/account");
  const pane = await screen.findByRole("region", { name: "Tokens" });
  expect(await within(pane).findByText(/never ends, never used/)).toBeTruthy();
  await userEvent.type(within(pane).getByLabelText("What for"), "ci");
  await userEvent.selectOptions(within(pane).getByLabelText("It may"), "write");
  await userEvent.selectOptions(within(pane).getByLabelText("It ends after"), "365");
  await userEvent.click(within(pane).getByRole("button", { name: "Make a token" }));
  expect(await within(pane).findByText("pgt_once")).toBeTruthy();
  const sent = asked.find(({ method, path }) => method === "POST" && path === `${API}/tokens`);
  expect(sent?.body).toEqual({ name: "ci", scopes: ["read", "write"], expiresInDays: 365 });
});

test("a token that cannot be revoked says why", async () => {
  const asked = service({
    ...BASE,
    [`DELETE ${API}/tokens/1`]: [404, { reason: "NotFound", message: 'tokens "1" not found' }],
  });
  visit("/account");
  await userEvent.click(await screen.findByRole("button", { name: "Revoke the token old" }));
  expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
  await userEvent.click(screen.getByRole("button", { name: "Revoke it" }));
  expect((await screen.findByRole("alert")).textContent).toContain('tokens "1" not found');
});

const PROPOSED = { secret: "ABCDEFGH", address: "otpauth://totp/ada", picture: "data:image/svg+xml;base64,AA==" };

test("a second factor is turned on with a code of the proposed secret, and its recovery codes are shown", async () => {
  const asked = service({
    ...BASE,
    [`POST ${API}/second-factor`]: [200, PROPOSED],
    [`PUT ${API}/second-factor`]: [200, { items: ["11111111", "22222222"] }],
  });
  visit("/account");
  const pane = await screen.findByRole("region", { name: "Second factor" });
  await userEvent.click(await within(pane).findByRole("button", { name: "Set up a second factor" }));
  expect((await within(pane).findByAltText("The secret as a QR code")).getAttribute("src")).toBe(PROPOSED.picture);
  await userEvent.type(within(pane).getByLabelText("Code that it shows"), "123456");
  await userEvent.click(within(pane).getByRole("button", { name: "Turn it on" }));
  expect(await within(pane).findByText("11111111 22222222")).toBeTruthy();
  expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ secret: "ABCDEFGH", code: "123456" });
});

test("it is turned off with a last code, and a wrong one says so", async () => {
  const asked = service({
    ...BASE,
    [`GET ${API}/second-factor`]: [200, { enabled: true, required: false, recoveryCodesLeft: 9 }],
    [`DELETE ${API}/second-factor`]: [401, { reason: "Unauthorized", message: "This code is wrong" }],
  });
  visit("/account");
  const pane = await screen.findByRole("region", { name: "Second factor" });
  expect(await within(pane).findByText("It is on. You have 9 recovery codes left.")).toBeTruthy();
  await userEvent.type(within(pane).getByLabelText("Code of your app, or a recovery code"), "000000");
  await userEvent.click(within(pane).getByRole("button", { name: "Turn it off" }));
  expect((await within(pane).findByRole("alert")).textContent).toContain("This code is wrong");
  expect(asked.find(({ method }) => method === "DELETE")?.body).toEqual({ code: "000000" });
});

test("who needs a second factor is led to it, whatever page was asked for", async () => {
  const user = { ...SESSION.user, role: "operator", needsSecondFactor: true };
  service({ ...BASE, [`GET ${API}/session`]: [200, { ...SESSION, user }] });
  visit("/");
  expect((await screen.findByRole("alert")).textContent).toContain("You need a second factor");
  expect(screen.queryByRole("region", { name: "Tokens" })).toBeNull();
});

test("a code that is wrong leaves the field of the next one with the focus", async () => {
  service({
    ...BASE,
    [`GET ${API}/second-factor`]: [200, { enabled: true, required: false, recoveryCodesLeft: 9 }],
    [`DELETE ${API}/second-factor`]: [401, { reason: "Unauthorized", message: "This code is wrong" }],
  });
  visit("/account");
  const field = await screen.findByLabelText("Code of your app, or a recovery code");
  await userEvent.type(field, "000000");
  await userEvent.click(screen.getByRole("button", { name: "Turn it off" }));
  await screen.findByRole("alert");
  expect(document.activeElement).toBe(field);
});

test("a guest is offered no second factor, and no command of a machine that is not theirs", async () => {
  const user = { ...SESSION.user, name: "guest-x", guestUntil: "2026-11-27T15:00:00Z" };
  service({ ...BASE, [`GET ${API}/session`]: [200, { ...SESSION, user }] });
  visit("/account");
  await screen.findByRole("region", { name: "API" });
  expect(screen.queryByRole("region", { name: "Second factor" })).toBeNull();
  expect(screen.queryByText(/play token/)).toBeNull();
});

test("a guest is told until when", async () => {
  const user = { ...SESSION.user, name: "guest-x", guestUntil: "2026-11-27T15:00:00Z" };
  service({ ...BASE, [`GET ${API}/session`]: [200, { ...SESSION, user }] });
  visit("/account");
  expect(await screen.findByText(/Then you are signed out, and your pods are deleted/)).toBeTruthy();
});

const NOBODY = { user: null, namespace: null, csrfToken: "fresh" };

test("a guest comes in with the code of an event", async () => {
  const asked = service({
    [`GET ${API}/session`]: [200, { ...NOBODY, guests: "codes" }],
    [`POST ${API}/guests`]: [401, { reason: "Unauthorized", message: "This code is wrong or over" }],
  });
  visit("/sign-in");
  const form = await screen.findByRole("form", { name: "Try without an account" });
  const button = within(form).getByRole("button", { name: "Come in as a guest" });
  expect(button).toHaveProperty("disabled", true);
  await userEvent.type(within(form).getByLabelText("Event code"), " abcde-fghij ");
  await userEvent.click(button);
  expect((await screen.findByRole("alert")).textContent).toContain("This code is wrong or over");
  expect(asked.find(({ method }) => method === "POST")).toMatchObject({
    token: "fresh",
    body: { code: "abcde-fghij" },
  });
});

test("where guests come freely no code is needed, and where none come there is no form", async () => {
  service({ [`GET ${API}/session`]: [200, { ...NOBODY, guests: "open" }] });
  const { unmount } = visit("/sign-in");
  const form = await screen.findByRole("form", { name: "Try without an account" });
  expect(within(form).getByRole("button", { name: "Come in as a guest" })).toHaveProperty("disabled", false);
  unmount();
  service({ [`GET ${API}/session`]: [200, { ...NOBODY, guests: "off" }] });
  visit("/sign-in");
  await screen.findByLabelText("User name");
  expect(screen.queryByRole("form", { name: "Try without an account" })).toBeNull();
});

const ASKED = { message: "a code is needed", details: { causes: [{ field: "code", message: "a code is needed" }] } };

test("a password that is right asks for the code, and is sent again with it", async () => {
  const asked = service({
    [`GET ${API}/session`]: [200, { ...NOBODY, guests: "off" }],
    [`POST ${API}/session`]: [401, { reason: "Unauthorized", ...ASKED }],
  });
  visit("/sign-in");
  expect(screen.queryByLabelText("Code of your authenticator app")).toBeNull();
  await userEvent.type(await screen.findByLabelText("User name"), "ada");
  await userEvent.type(screen.getByLabelText("Password"), "right");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  const code = await screen.findByLabelText("Code of your authenticator app");
  expect(document.activeElement).toBe(code);
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.getByText("One more step")).toBeTruthy();
  await userEvent.type(code, "123456");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(asked.filter(({ method }) => method === "POST")).toHaveLength(2));
  expect(asked.at(-1)?.body).toEqual({ username: "ada", password: "right", code: "123456" });
});

test("a code that is wrong is told as that, and the next one is typed in the same place", async () => {
  service({
    [`GET ${API}/session`]: [200, { ...NOBODY, guests: "off" }],
    [`POST ${API}/session`]: [401, { reason: "Unauthorized", ...ASKED }],
  });
  visit("/sign-in#once");
  const code = await screen.findByLabelText("Code of your authenticator app");
  await userEvent.type(code, "123456{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("You are not signed in");
  expect(screen.getByLabelText("Code of your authenticator app")).toBe(code);
  expect(document.activeElement).toBe(code);
});

test("nothing is sent without a name and a password, and the field that lacks one says so", async () => {
  const asked = service({ [`GET ${API}/session`]: [200, { ...NOBODY, guests: "off" }] });
  visit("/sign-in");
  await userEvent.type(await screen.findByLabelText("User name"), "ada{Enter}");
  expect(screen.getByText("Your password is needed.")).toBeTruthy();
  expect(screen.queryByText("Your user name is needed.")).toBeNull();
  expect(document.activeElement).toBe(screen.getByLabelText("Password"));
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
});

test("who is signed in and sent here from the administration is told why, and the way back", async () => {
  service(BASE);
  visit("/sign-in?next=%2Fadmin%2F");
  const note = (await screen.findByText("You are signed in as ada")).closest("div") as HTMLElement;
  expect(note.textContent).toContain("The administration is for operators and auditors.");
  expect(within(note).getByRole("link", { name: "My pods" }).getAttribute("href")).toBe("/");
});

test("a link that asks for the code is kept for it", async () => {
  const asked = service({
    [`GET ${API}/session`]: [200, { ...NOBODY, guests: "off" }],
    [`POST ${API}/session`]: [401, { reason: "Unauthorized", ...ASKED }],
  });
  visit("/sign-in#once");
  await userEvent.type(await screen.findByLabelText("Code of your authenticator app"), "123456");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(asked.at(-1)?.body).toEqual({ link: "once", code: "123456" }));
});

test("the sign-in page leads to the identity provider, and says when that did not work", async () => {
  const provider = { name: "Example", path: "/sign-in/oidc/organisation/login/" };
  service({ [`GET ${API}/session`]: [200, { ...NOBODY, guests: "off", provider }] });
  visit("/sign-in?problem=provider");
  const link = await screen.findByRole("link", { name: "Sign in with Example" });
  expect(link.getAttribute("href")).toBe("/sign-in/oidc/organisation/login/?next=%2F");
  expect(screen.getByRole("alert").textContent).toContain("You are not signed in with Example");
});

test("a password is changed by who knows it, and a weak one is refused at its field", async () => {
  const weak = { field: "new", reason: "FieldValueInvalid", message: "This password is too short." };
  const refusal = { reason: "BadRequest", message: "new: …", details: { causes: [weak] } };
  const answers: Record<string, readonly [number, unknown]> = { ...BASE, [`PUT ${API}/password`]: [400, refusal] };
  const asked = service(answers);
  visit("/account");
  const form = await screen.findByRole("form", { name: "Change your password" });
  await userEvent.type(within(form).getByLabelText("Password as it is"), "old one");
  await userEvent.type(within(form).getByLabelText("New password"), "short");
  await userEvent.click(within(form).getByRole("button", { name: "Change password" }));
  expect(await within(form).findByText("This password is too short.")).toBeTruthy();
  expect(within(form).getByLabelText("New password").getAttribute("aria-invalid")).toBe("true");
  answers[`PUT ${API}/password`] = [200, { isSet: true }];
  await userEvent.type(within(form).getByLabelText("New password"), " no more");
  await userEvent.click(within(form).getByRole("button", { name: "Change password" }));
  expect(await screen.findByText("Your password is changed")).toBeTruthy();
  expect(asked.findLast(({ method }) => method === "PUT")?.body).toEqual({ old: "old one", new: "short no more" });
  expect(within(form).getByLabelText<HTMLInputElement>("New password").value).toBe("");
});
