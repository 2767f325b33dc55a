import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, Outlet, Route, Routes } from "react-router";
import { afterEach, expect, test, vi } from "vitest";
import { SESSION, service } from "../testing/service";
import { TrailPage } from "./trail";

const TRAIL = "GET /api/playground/v1/trail";
const DEED = {
  id: 7,
  at: "2026-01-02T14:32:00.5Z",
  actor: "eve",
  role: "operator",
  address: "192.0.2.7",
  act: "POST stop",
  path: "/api/playground/v1/namespaces/ada/pods/zoo/stop",
  owner: "ada",
  code: 200,
  request: "",
};

afterEach(() => vi.unstubAllGlobals());

function open(seesAll: boolean) {
  const session = { ...SESSION, user: { ...SESSION.user, seesAll } };
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MemoryRouter initialEntries={["/trail"]}>
        <Routes>
          <Route element={<Outlet context={{ session }} />}>
            <Route path="/trail" element={<TrailPage />} />
          </Route>
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

test("who does not see all is led nowhere, and nothing is asked", () => {
  const asked = service({});
  open(false);
  expect(screen.getByText(/A pod's page is at/)).toBeTruthy();
  expect(asked).toHaveLength(0);
});

test("a deed says who did what to whose, and how it was answered", async () => {
  service({ [TRAIL]: [200, { items: [DEED] }] });
  open(true);
  const row = (await screen.findByText("POST stop")).closest("tr") as HTMLElement;
  expect(row.textContent).toContain("2026-01-02 14:32:00");
  expect(row.textContent).toContain("eve operator");
  expect(row.textContent).toContain("200");
});

test("what is typed is asked for, and goes into what is taken along", async () => {
  const asked = service({ [TRAIL]: [200, { items: [] }] });
  open(true);
  await screen.findByText("Nothing like that was done.");
  await userEvent.type(screen.getByLabelText("Who"), "eve");
  await waitFor(() => expect(asked.at(-1)?.search).toContain("actor=eve"));
  const link = screen.getByText("Take it along");
  expect(link.getAttribute("href")).toContain("/trail/export?actor=eve");
});

test("a refusal is told", async () => {
  service({});
  open(true);
  expect(await screen.findByText("The trail could not be read")).toBeTruthy();
});
