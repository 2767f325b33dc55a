import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, expect, test, vi } from "vitest";
import { POD } from "../testing/frames";
import { service } from "../testing/service";
import { QuotaNote } from "./quota-bar";

const use = (pool: string, used: number, limit: number | null) => ({ pool, resource: "pods", used, limit, by: [] });

function show(...items: readonly object[]) {
  service({
    "GET /api/v1/namespaces/ada/pods": [200, { items: [POD] }],
    "GET /api/playground/v1/quota": [200, { items }],
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <QuotaNote namespace="ada" />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a full quota lists the pods that are in the way, each with its deletion", async () => {
  show(use("user", 1, 1));
  expect(await screen.findByRole("meter", { name: "1 of 1 pod" })).toBeTruthy();
  const inUse = screen.getByRole("region", { name: "In use" });
  expect((await within(inUse).findByRole("link")).getAttribute("href")).toBe(`/pods/ada/${POD.metadata.name}`);
  expect(within(inUse).getByRole("button", { name: `Delete pod ${POD.metadata.name}` })).toBeTruthy();
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
