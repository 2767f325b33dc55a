// Parts that come late and break: what is around them stays.
import { fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { App } from "../app";
import { POD } from "../testing/frames";
import { SESSION, service } from "../testing/service";
// Loaded beforehand: a test need not wait for a page that comes when it is opened.
import "./new-pod";

vi.mock("./yaml-editor", () => ({ default: broken }));
vi.mock("./notices", () => ({ NoticeRegion: broken }));

function broken(): never {
  throw new Error("it did not come");
}

const PODS = "/api/v1/namespaces/ada/pods";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
  service({
    "GET /api/playground/v1/session": [200, SESSION],
    "GET /api/playground/v1/catalogue": [200, { items: [] }],
    "GET /api/v1/namespaces": [200, { items: [{ metadata: { name: "ada" } }] }],
    [`GET ${PODS}`]: [200, { items: [POD] }],
  });
});

function visit(address: string) {
  globalThis.history.pushState(null, "", address);
  render(<App />);
}

test("without the editor the form is still there", async () => {
  visit("/new");
  expect(await screen.findByText("it did not come")).toBeTruthy();
  expect(screen.getByLabelText("Pod name")).toBeTruthy();
});

test("without notices the pods are still there, and a deletion can be undone", async () => {
  globalThis.localStorage.setItem("pods-as", "table");
  visit("/");
  fireEvent.click(await screen.findByRole("button", { name: "Delete pod demo" }));
  expect(await screen.findByText("it did not come")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Undo deleting demo" })).toBeTruthy();
});
