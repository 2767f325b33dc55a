import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, expect, test, vi } from "vitest";
import { POD } from "../testing/frames";
import { service } from "../testing/service";
import { QuotaNote } from "./quota-bar";

const use = (pool: string, used: number, limit: number | null, ...by: string[]) => ({
  pool,
  resource: "pods",
  used,
  limit,
  by: by.map((name) => ({ name, amount: 1, secondsLeft: null, isEnding: false })),
});
const named = (namespace: string, name: string) => ({
  ...POD,
  metadata: { ...POD.metadata, uid: `${namespace}-${name}`, namespace, name },
});

function show(...items: readonly object[]) {
  showIn(true, ...items);
}

function showIn(isOwn: boolean, ...items: readonly object[]) {
  service({
    "GET /api/v1/namespaces/ada/pods": [200, { items: [named("ada", "web"), named("ada", "an-operators")] }],
    "GET /api/v1/namespaces/crew/pods": [200, { items: [named("crew", "db"), named("crew", "of-others")] }],
    "GET /api/playground/v1/quota": [200, { items }],
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <QuotaNote namespace="ada" isOwn={isOwn} />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a full quota lists the pods that are in the way, each with its deletion", async () => {
  show(use("user", 1, 1, "ada/web"));
  expect(await screen.findByRole("meter", { name: "1 of 1 pod" })).toBeTruthy();
  const inUse = screen.getByRole("region", { name: "In use" });
  expect((await within(inUse).findByRole("link")).getAttribute("href")).toBe("/pods/ada/web");
  expect(within(inUse).getByRole("button", { name: "Delete pod web" })).toBeTruthy();
});

test("what one made in a team's namespace is in the way, and what others made there is not", async () => {
  show(use("user", 3, 3, "ada/web", "crew/db", ""));
  const inUse = await screen.findByRole("region", { name: "In use" });
  expect(await within(inUse).findByRole("link", { name: "crew/db" })).toBeTruthy();
  expect(await within(inUse).findByRole("link", { name: "web" })).toBeTruthy();
  expect(within(inUse).getAllByRole("link")).toHaveLength(2);
});

test("a team that has all it may says so where the pod is to be the team's", async () => {
  showIn(false, use("user", 0, 3), use("team crew", 10, 10, "crew/db"));
  expect(await screen.findByText("10 of 10 pods of team crew")).toBeTruthy();
  expect(screen.getByText(/Team crew has all that it may/)).toBeTruthy();
  expect(screen.queryByRole("region", { name: "In use" })).toBeNull();
});

test("what a team has in use is no matter of one's own namespace", async () => {
  show(use("user", 0, 3), use("team crew", 10, 10, "crew/db"));
  expect(await screen.findByText("0 of 3 pods")).toBeTruthy();
  expect(screen.queryByText(/crew/)).toBeNull();
});

test("room is shown without a list, and who has no limit is shown nothing", async () => {
  show(use("user", 1, 3), use("guests", 5, null));
  expect(await screen.findByText("1 of 3 pods")).toBeTruthy();
  expect(screen.getAllByRole("meter")).toHaveLength(1);
  expect(screen.queryByRole("region", { name: "In use" })).toBeNull();
});

test("a pool that others have filled names none of one's own pods", async () => {
  show(use("user", 0, 3), use("guests", 20, 20));
  expect(await screen.findByText(/Others have all there is/)).toBeTruthy();
  expect(screen.queryByRole("region", { name: "In use" })).toBeNull();
});
