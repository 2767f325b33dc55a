import { afterEach, expect, test, vi } from "vitest";
import { download, YAML_TYPE } from "./take";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a file's text is there when the browser comes for it after the click", () => {
  vi.useFakeTimers();
  const gone = vi.fn();
  URL.createObjectURL = () => "blob:text";
  URL.revokeObjectURL = gone;
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  download("pod.yaml", "kind: Pod", YAML_TYPE);
  vi.advanceTimersByTime(10_000);
  expect(gone).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(gone).toHaveBeenCalledExactlyOnceWith("blob:text");
});
