import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Line, Shell, type Told } from "./shell";

/** A socket that does only what the test says. */
class Wire {
  static OPEN = 1;
  static made: Wire[] = [];
  readyState = 0;
  binaryType = "";
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    Wire.made.push(this);
  }
  send(data: unknown) {
    this.sent.push(typeof data === "string" ? JSON.parse(data) : data);
  }
  close() {
    this.readyState = 3;
  }
  opens() {
    this.readyState = 1;
    this.onopen?.();
  }
  says(message: Told) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  writes(text: string) {
    this.onmessage?.({ data: new TextEncoder().encode(text).buffer });
  }
  breaks(code: number) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

function newest(): Wire {
  const found = Wire.made.at(-1);
  if (!found) throw new Error("no socket was made");
  return found;
}

const FIRST = { terminal: "t", writer: "w", member: "web", user: "", name: "web", begun: false };
const attached: Told = {
  type: "attached",
  terminal: "t",
  name: "web",
  member: "web",
  user: "",
  input: 0,
  seen: 0,
  drives: true,
};
let lines: Line[] = [];
let output: [string, number][] = [];

function open(): Shell {
  return new Shell(
    "ws://here",
    FIRST,
    { columns: 80, rows: 24 },
    {
      bytes: (bytes, offset) => output.push([new TextDecoder().decode(bytes), offset]),
      told: () => undefined,
      line: (line) => lines.push(line),
    },
  );
}

function live(): Shell {
  const shell = open();
  newest().opens();
  newest().says(attached);
  newest().says({ type: "from", offset: 0, lost: 0 });
  return shell;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Wire);
  Wire.made = [];
  lines = [];
  output = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a shell", () => {
  test("is opened once, and attached to after a loss from where the page was", () => {
    live();
    expect(newest().sent[0]).toMatchObject({ type: "open", member: "web", columns: 80 });
    newest().writes("hello");
    newest().breaks(1006);
    vi.advanceTimersByTime(1000);
    newest().opens();
    expect(newest().sent).toEqual([
      { type: "attach", offset: 5, drive: true, terminal: "t", writer: "w", columns: 80, rows: 24 },
    ]);
    newest().says(attached);
    newest().says({ type: "from", offset: 5, lost: 0 });
    newest().writes(" again");
    expect(output).toEqual([
      ["hello", 0],
      [" again", 5],
    ]);
    expect(lines).toEqual(["connecting", "live", "lost", "lost", "live"]);
  });

  test("that was not opened yet is asked for again in the same words", () => {
    open();
    newest().opens();
    newest().breaks(1012);
    vi.advanceTimersByTime(1000);
    newest().opens();
    expect(newest().sent[0]).toMatchObject({ type: "open", terminal: "t" });
  });

  test("hears what was typed while it was away, once", () => {
    const shell = live();
    shell.type(new TextEncoder().encode("a"));
    newest().breaks(1006);
    shell.type(new TextEncoder().encode("b"));
    vi.advanceTimersByTime(1000);
    newest().opens();
    expect(newest().sent.length).toBe(1);
    newest().says({ ...attached, input: 1 });
    expect(newest().sent.slice(1)).toEqual([new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1, 98])]);
  });

  test("is acknowledged what was shown: soon, and at once where it is much", () => {
    const shell = live();
    shell.shown(10);
    expect(newest().sent.length).toBe(1);
    vi.advanceTimersByTime(50);
    expect(newest().sent.at(-1)).toEqual({ type: "ack", offset: 10 });
    shell.shown(100_000);
    expect(newest().sent.at(-1)).toEqual({ type: "ack", offset: 100_000 });
  });

  test("is not typed into by a page that only looks on", () => {
    const shell = live();
    newest().says({ type: "drives", drives: false, input: 0 });
    shell.type(new Uint8Array([1]));
    expect(newest().sent.length).toBe(1);
    newest().breaks(1006);
    vi.advanceTimersByTime(1000);
    newest().opens();
    expect(newest().sent[0]).toMatchObject({ type: "attach", drive: false });
    shell.takeOver();
    newest().opens();
    expect(newest().sent[0]).toMatchObject({ type: "attach", drive: true });
  });

  test.each([
    [4401, "signed-out"],
    [4404, "gone"],
    [4408, "moved"],
    [4409, "over"],
    [4411, "idle"],
    [4429, "too-many"],
    [4400, "over"],
  ])("is not come back to after %i", (code, line) => {
    live();
    newest().breaks(code);
    vi.advanceTimersByTime(60_000);
    expect(Wire.made.length).toBe(1);
    expect(lines.at(-1)).toBe(line);
  });
});
