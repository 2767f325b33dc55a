import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { backOff, openStream, type Transport } from "./stream";

/** A socket that does only what the test says. */
class Wire {
  static made: Wire[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closed = false;
  readonly address: string;
  constructor(address: string) {
    this.address = address;
    Wire.made.push(this);
  }
  close() {
    this.closed = true;
  }
}

function newest(): Wire {
  const found = Wire.made.at(-1);
  if (!found) throw new Error("no socket was made");
  return found;
}

let told: Transport[] = [];
const open = () => openStream("ws://here/live", (event) => told.push(event));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Wire);
  Wire.made = [];
  told = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a live stream", () => {
  test("hands on messages and ignores those it does not know", () => {
    open();
    newest().onopen?.();
    newest().onmessage?.({ data: '{"type":"still","rev":1,"at":""}' });
    newest().onmessage?.({ data: '{"type":"of tomorrow"}' });
    expect(told.map((event) => event.type)).toEqual(["opened", "message"]);
  });

  test("comes back after a loss, waiting longer each time", () => {
    open();
    for (const wait of [500, 1000, 2000]) {
      const before = Wire.made.length;
      newest().onclose?.({ code: 1006 });
      vi.advanceTimersByTime(wait / 2 - 1);
      expect(Wire.made.length).toBe(before);
      vi.advanceTimersByTime(wait / 2 + 1);
      expect(Wire.made.length).toBe(before + 1);
    }
    expect(told.map((event) => event.type)).toEqual(["lost", "lost", "lost"]);
  });

  test("waits between half and all of a doubling time, ten seconds at most", () => {
    expect([backOff(1, 0), backOff(1, 1), backOff(3, 1), backOff(50, 1)]).toEqual([250, 500, 2000, 10_000]);
  });

  test.each([
    [4401, { type: "refused", why: "signed-out" }],
    [4404, { type: "refused", why: "not-found" }],
    [4429, { type: "refused", why: "too-many" }],
  ])("does not come back after %i", (code, event) => {
    open();
    newest().onclose?.({ code });
    vi.advanceTimersByTime(60_000);
    expect(Wire.made.length).toBe(1);
    expect(told).toEqual([event]);
  });

  test("does not come back to a pod that is gone", () => {
    open();
    newest().onmessage?.({ data: '{"type":"gone","uid":"u"}' });
    newest().onclose?.({ code: 4410 });
    vi.advanceTimersByTime(60_000);
    expect(Wire.made.length).toBe(1);
    expect(told.map((event) => event.type)).toEqual(["message"]);
  });

  test("renews a half-dead connection and no longer hears the old one", () => {
    const stream = open();
    const old = newest();
    stream.renew();
    expect(old.closed).toBe(true);
    old.onmessage?.({ data: '{"type":"still","rev":1,"at":""}' });
    old.onclose?.({ code: 1006 });
    expect(Wire.made.length).toBe(2);
    expect(told.map((event) => event.type)).toEqual(["lost"]);
  });

  test("rests without a connection until it is renewed", () => {
    const stream = open();
    const old = newest();
    stream.rest();
    expect(old.closed).toBe(true);
    old.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(60_000);
    expect(Wire.made.length).toBe(1);
    stream.renew();
    expect(Wire.made.length).toBe(2);
  });

  test("is silent after it was closed", () => {
    const stream = open();
    stream.close();
    newest().onclose?.({ code: 1000 });
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
    expect(Wire.made.length).toBe(1);
  });
});
