// Each test starts with an empty page and an empty tab; what it waits for may take a busy machine seconds.
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

configure({ asyncUtilTimeout: 30_000 });

afterEach(() => {
  cleanup();
  globalThis.sessionStorage.clear();
  globalThis.localStorage.clear();
});
