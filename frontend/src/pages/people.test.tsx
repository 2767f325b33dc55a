// What a guest and an auditor see that others do not, and the other way round.
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { App } from "../app";
import { POD, SNAPSHOT } from "../testing/frames";
import { SESSION, service } from "../testing/service";
import "./account";
import "./leave-visit";
import "./new-pod";
import "./pod";

const API = "/api/playground/v1";
const PODS = "/api/v1/namespaces/ada/pods";
const IN_AN_HOUR = new Date(Date.now() + 3_600_000 + 30_000).toISOString();

function signedIn(user: object) {
  return {
    [`GET ${API}/session`]: [200, { ...SESSION, user: { ...SESSION.user, ...user } }],
    "GET /api/v1/namespaces": [200, { items: [{ metadata: { name: "ada" } }, { metadata: { name: "bob" } }] }],
    [`GET ${PODS}`]: [200, { items: [POD] }],
  } as const;
}

function visit(address: string) {
  globalThis.history.pushState(null, "", address);
  return render(<App />);
}

afterEach(() => vi.unstubAllGlobals());

test("a guest sees on every page when the visit ends, and on the account what goes with it", async () => {
  service(signedIn({ guestUntil: IN_AN_HOUR }));
  visit("/");
  const note = await screen.findByRole("region", { name: "Your visit" });
  expect(within(note).getByRole("timer").textContent).toBe("Your visit ends in 1 h");
  await userEvent.click(within(note).getByRole("link", { name: "What you can keep" }));
  expect(await screen.findByText(/your pods are deleted with their volumes/)).toBeTruthy();
  expect(screen.getByText(/To stay longer you need an account/)).toBeTruthy();
});

test("a guest is asked before signing out, for there is no way back", async () => {
  const asked = service({ ...signedIn({ guestUntil: IN_AN_HOUR }), [`DELETE ${API}/session`]: [200, SESSION] });
  visit("/account");
  await userEvent.click((await screen.findAllByRole("button", { name: "Sign out" }))[0] as HTMLElement);
  const question = await screen.findByRole("alertdialog", { name: "End your visit?" });
  expect(question.textContent).toContain("you cannot come back as this one");
  expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
  await userEvent.click(within(question).getByRole("button", { name: "Sign out" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
});

test.each([
  [{ guestUntil: IN_AN_HOUR }, "Your visit is over", /Its pods are deleted/],
  [{}, "You were signed out", /Sign in to go on where you were/],
])(
  "who is nobody all at once is told why (%j)",
  async (user, title, words) => {
    const answers: Record<string, readonly [number, unknown]> = { ...signedIn(user) };
    service(answers);
    visit("/");
    await screen.findByRole("heading", { name: "My pods" });
    answers[`GET ${API}/session`] = [200, { ...SESSION, user: null, namespace: null }];
    answers[`GET ${PODS}`] = [401, { reason: "Unauthorized", message: "sign in" }];
    expect(await screen.findByText(title, {}, { timeout: 5000 })).toBeTruthy();
    expect(screen.getByText(words)).toBeTruthy();
  },
  10_000,
);

test("who opens the site without a session is told nothing of the kind", async () => {
  service({ [`GET ${API}/session`]: [200, { ...SESSION, user: null, namespace: null }] });
  visit("/");
  await screen.findByRole("button", { name: "Sign in" });
  expect(screen.queryByText("You were signed out")).toBeNull();
});

test("an auditor has no button that would be refused", async () => {
  class Socket {
    static newest: Socket | undefined;
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    constructor() {
      Socket.newest = this;
    }
    close() {}
  }
  vi.stubGlobal("WebSocket", Socket);
  service(signedIn({ role: "auditor" }));
  const { unmount } = visit("/?namespace=ada");
  expect(await screen.findByRole("link", { name: POD.metadata.name })).toBeTruthy();
  expect(screen.queryByRole("link", { name: /New pod/ })).toBeNull();
  expect(screen.queryByRole("button", { name: /Delete pod/ })).toBeNull();
  unmount();
  visit(`/pods/ada/${POD.metadata.name}`);
  await waitFor(() => expect(Socket.newest).toBeTruthy());
  act(() => {
    Socket.newest?.onopen?.();
    Socket.newest?.onmessage?.({ data: JSON.stringify(SNAPSHOT) });
  });
  expect(await screen.findByText("An auditor opens no shell.")).toBeTruthy();
  for (const name of [/^Actions/, /Delete pod/, /^Extend/, /^Share port/, /Open preview/])
    expect(screen.queryByRole("button", { name })).toBeNull();
});

test("an auditor makes no pod, and reads why", async () => {
  service(signedIn({ role: "auditor" }));
  visit("/new");
  expect(await screen.findByText(/An auditor sees all pods and makes none/)).toBeTruthy();
});

test("another's namespace is not called mine", async () => {
  service({ ...signedIn({ role: "operator" }), "GET /api/v1/namespaces/bob/pods": [200, { items: [] }] });
  visit("/?namespace=bob");
  expect(await screen.findByRole("heading", { name: "Pods of bob" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "New pod in ada" })).toBeTruthy();
});

test("a namespace that is not there, or not yours, is asked for once and leads back", async () => {
  const asked = service(signedIn({}));
  visit("/?namespace=crew");
  expect((await screen.findByRole("alert")).textContent).toContain("or it is not yours");
  expect(within(screen.getByRole("alert")).getByRole("link", { name: "My pods" })).toBeTruthy();
  await new Promise((later) => setTimeout(later, 2500));
  expect(asked.filter(({ path }) => path.endsWith("/crew/pods"))).toHaveLength(1);
});

test("a guest who signs out on the account page leaves no question behind that is refused", async () => {
  const answers: Record<string, readonly [number, unknown]> = {
    ...signedIn({ guestUntil: IN_AN_HOUR }),
    [`GET ${API}/sessions`]: [200, { items: [] }],
    [`GET ${API}/tokens`]: [200, { items: [] }],
    [`DELETE ${API}/session`]: [200, SESSION],
  };
  const asked = service(answers);
  visit("/account");
  await screen.findByText("You have no token.");
  const before = asked.length;
  answers[`GET ${API}/session`] = [200, { ...SESSION, user: null, namespace: null }];
  await userEvent.click((await screen.findAllByRole("button", { name: "Sign out" }))[0] as HTMLElement);
  await userEvent.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Sign out" }));
  await screen.findByRole("button", { name: "Sign in" });
  const since = asked.slice(before).map(({ method, path }) => `${method} ${path}`);
  expect(since.filter((each) => !each.endsWith("/session"))).toEqual([]);
});
