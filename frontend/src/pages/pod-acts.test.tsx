import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, Outlet, Route, Routes } from "react-router";
import { afterEach, expect, test, vi } from "vitest";
import { readPod } from "../state/pod";
import { POD } from "../testing/frames";
import { SESSION, service } from "../testing/service";
import { Notices, NoticesContext } from "./notice-queue";
import { MemberActs, PodActs } from "./pod-acts";

const OF_POD = "/api/playground/v1/namespaces/ada/pods/demo";
const EPHEMERAL = "/api/v1/namespaces/ada/pods/demo/ephemeralcontainers";
const RUNS = readPod({ ...POD, status: { ...POD.status, phase: "Running" } });
const NONE: ReadonlySet<string> = new Set();

function show(what: React.ReactNode): Notices {
  const notices = new Notices({ maxVisibleToasts: 9 });
  render(
    <MemoryRouter>
      <NoticesContext value={notices}>{what}</NoticesContext>
    </MemoryRouter>,
  );
  return notices;
}

const said = (notices: Notices) => notices.visibleToasts.map(({ content }) => content.kind === "said" && content.said);
const menu = async (button: string, item: RegExp) => {
  await userEvent.click(screen.getByRole("button", { name: button }));
  await userEvent.click(await screen.findByRole("menuitem", { name: item }));
};

afterEach(() => vi.unstubAllGlobals());

test("a signal goes to the member, and it is said that it went", async () => {
  const asked = service({ [`POST ${OF_POD}/kill`]: [200, { members: 1 }] });
  const [web] = RUNS.members;
  if (!web) throw new Error("the recorded pod has a member");
  const notices = show(<MemberActs pod={RUNS} member={web} frozen={NONE} onLog={() => undefined} />);
  await menu("Actions of web", /Send SIGHUP/);
  expect(asked).toMatchObject([{ method: "POST", body: { container: "web", signal: "SIGHUP" } }]);
  await waitFor(() => expect(said(notices)).toEqual([{ title: "SIGHUP was sent to web" }]));
});

test("what the service refuses is told in its words", async () => {
  service({ [`POST ${OF_POD}/stop`]: [409, { reason: "Conflict", message: "it is being deleted" }] });
  const notices = show(<PodActs pod={RUNS} object={POD} frozen={NONE} />);
  await menu("Actions of demo", /Stop the pod/);
  await waitFor(() =>
    expect(said(notices)).toEqual([{ title: "demo: that did not work", body: "it is being deleted", isBad: true }]),
  );
});

test("a debug member is asked for with its target, and a refusal stands at its field", async () => {
  const causes = [{ field: "spec.ephemeralContainers[0].image", message: "Required value" }];
  const asked = service({ [`PATCH ${EPHEMERAL}`]: [422, { message: "invalid", details: { causes } }] });
  show(<PodActs pod={{ ...RUNS, sharesProcesses: false }} object={POD} frozen={NONE} />);
  await menu("Actions of demo", /Add a debug member/);
  await userEvent.selectOptions(await screen.findByLabelText("Processes it sees"), "pause");
  await userEvent.click(screen.getByRole("button", { name: "Add debug" }));
  expect(await screen.findByText("Required value")).toBeTruthy();
  expect(JSON.parse(String(asked[0]?.body))).toMatchObject({
    spec: { ephemeralContainers: [{ name: "debug", targetContainerName: "pause", tty: true }] },
  });
});

test("an operator says a word to the owner of somebody else's pod", async () => {
  const asked = service({ [`POST ${OF_POD}/warn`]: [200, { items: [] }] });
  const session = { ...SESSION, user: { ...SESSION.user, role: "operator" }, namespace: "root" };
  const notices = show(
    <Routes>
      <Route element={<Outlet context={{ session }} />}>
        <Route path="*" element={<PodActs pod={RUNS} object={POD} frozen={NONE} />} />
      </Route>
    </Routes>,
  );
  await menu("Actions of demo", /Warn the owner/);
  await userEvent.type(screen.getByLabelText("What they should know"), "stop it");
  await userEvent.click(screen.getByRole("button", { name: "Warn" }));
  await waitFor(() =>
    expect(said(notices)).toEqual([
      { title: "The owner of demo is warned", body: "Your words stand on top of its page, and in its events." },
    ]),
  );
  expect(asked.at(-1)?.body).toEqual({ message: "stop it" });
});
