// Each test starts with an empty page and an empty tab.
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(() => {
  cleanup();
  globalThis.sessionStorage.clear();
  globalThis.localStorage.clear();
});
