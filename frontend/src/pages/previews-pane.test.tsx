import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { readPod } from "../state/pod";
import { POD } from "../testing/frames";
import { service } from "../testing/service";
import { Notices, NoticesContext } from "./notice-queue";
import { PreviewsPane } from "./previews-pane";

const PREVIEW = "/api/playground/v1/namespaces/ada/pods/demo/preview";
const CONTAINER = { name: "web", image: "nginx", ports: [{ containerPort: 8080, protocol: "TCP" }] };
const OBJECT = { ...POD, spec: { ...POD.spec, containers: [CONTAINER] } };
const SHARE = { id: 3, port: 8080, createdAt: "2026-01-01T00:00:00Z", expiresAt: "2026-01-02T00:00:00Z" };

function show(): Notices {
  const notices = new Notices({ maxVisibleToasts: 9 });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <NoticesContext value={notices}>
        <PreviewsPane pod={readPod(OBJECT)} object={OBJECT} network={undefined} />
      </NoticesContext>
    </QueryClientProvider>,
  );
  return notices;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("a preview opens in a page that knows nothing of this one", async () => {
  const asked = service({ [`POST ${PREVIEW}`]: [200, { url: "http://8080-x.preview.localhost/" }] });
  const opened = vi.spyOn(window, "open").mockReturnValue(null);
  show();
  await userEvent.click(screen.getByRole("button", { name: "Open preview of port 8080" }));
  expect(asked).toMatchObject([{ method: "POST", body: { port: 8080 } }]);
  await waitFor(() =>
    expect(opened).toHaveBeenCalledWith("http://8080-x.preview.localhost/", "_blank", "noopener,noreferrer"),
  );
});

test("what the service refuses is told, and nothing opens", async () => {
  service({ [`POST ${PREVIEW}`]: [404, { reason: "NotFound", message: 'pods "demo" not found' }] });
  const opened = vi.spyOn(window, "open").mockReturnValue(null);
  const notices = show();
  await userEvent.click(screen.getByRole("button", { name: "Open preview of port 8080" }));
  await waitFor(() => expect(notices.visibleToasts).toHaveLength(1));
  expect(opened).not.toHaveBeenCalled();
});

test("a link is made with its end, shown once, and revoked", async () => {
  const asked = service({
    [`GET ${PREVIEW}/shares`]: [
      200,
      {
        items: [
          { ...SHARE, url: null },
          { ...SHARE, id: 4, port: 9, url: null },
        ],
      },
    ],
    [`POST ${PREVIEW}/shares`]: [200, { ...SHARE, url: "http://8080-x.preview.localhost/s" }],
    [`DELETE ${PREVIEW}/shares/3`]: [200, { items: [] }],
  });
  show();
  await userEvent.click(screen.getByRole("button", { name: "Share port 8080" }));
  await userEvent.selectOptions(await screen.findByLabelText("It ends after"), "a day");
  await userEvent.click(screen.getByRole("button", { name: "Create a link" }));
  expect(await screen.findByText("http://8080-x.preview.localhost/s")).toBeTruthy();
  expect(asked.find(({ method }) => method === "POST")?.body).toEqual({ port: 8080, hours: 24 });
  expect(screen.queryByRole("button", { name: "Revoke link 4" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Revoke link 3" }));
  await waitFor(() => expect(screen.queryByText("http://8080-x.preview.localhost/s")).toBeNull());
  expect(asked.some(({ method, path }) => method === "DELETE" && path === `${PREVIEW}/shares/3`)).toBe(true);
});
