import { waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { LogReading, type Source } from "./log-reading";

const WISH = { namespace: "ada", name: "demo", previous: false, tailLines: 1000, sinceSeconds: 0 };
const WEB: Source = { member: "web", isRunning: true, attempt: "0 running" };
const stamp = (at: number) => `2026-01-02T03:04:${String(at).padStart(2, "0")}.000000000Z`;

let reading: LogReading | null = null;
afterEach(() => reading?.stop());

interface Stream {
  readonly query: URLSearchParams;
  readonly say: (text: string) => void;
  readonly end: () => void;
  readonly breaks: () => void;
}

/** A service whose streams a test writes. `refusals` are given first. */
function streams(...refusals: number[]): Stream[] {
  const opened: Stream[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const status = refusals.shift();
    if (status) return new Response(JSON.stringify({ message: "not yet" }), { status });
    let into: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        into = controller;
      },
    });
    opened.push({
      query: new URL(request.url).searchParams,
      say: (text) => into?.enqueue(new TextEncoder().encode(text)),
      end: () => into?.close(),
      breaks: () => into?.error(new TypeError("network")),
    });
    return new Response(body);
  });
  return opened;
}

function texts(): readonly string[] {
  return reading?.snapshot().lines.map((line) => line.text) ?? [];
}

test("a broken stream is taken up where it was, and no line is there twice", async () => {
  const opened = streams();
  reading = new LogReading(WISH);
  reading.follow([WEB]);
  await waitFor(() => expect(opened.length).toBe(1));
  expect(opened[0]?.query.get("tailLines")).toBe("1000");
  opened[0]?.say(`${stamp(1)} one\n${stamp(2)} two\n${stamp(3)} thr`);
  await waitFor(() => expect(texts()).toEqual(["one", "two"]));
  opened[0]?.breaks();
  await waitFor(() => expect(opened.length).toBe(2));
  expect(opened[1]?.query.get("sinceTime")).toBe("2026-01-02T03:04:01.998Z");
  expect(opened[1]?.query.get("tailLines")).toBeNull();
  opened[1]?.say(`${stamp(2)} two\n${stamp(3)} three\n`);
  await waitFor(() => expect(texts()).toEqual(["one", "two", "three"]));
});

test("one that ended is read again when it starts anew", async () => {
  const opened = streams();
  reading = new LogReading(WISH);
  reading.follow([{ ...WEB, isRunning: false, attempt: "0 terminated" }]);
  await waitFor(() => expect(opened.length).toBe(1));
  opened[0]?.say(`${stamp(1)} bye`);
  opened[0]?.end();
  await waitFor(() => expect(texts()).toEqual(["bye"]));
  reading.follow([{ ...WEB, attempt: "1 running" }]);
  await waitFor(() => expect(opened.length).toBe(2));
});

test("what the service refuses is told, and asked again only where it may pass", async () => {
  const opened = streams(503);
  reading = new LogReading(WISH);
  reading.follow([WEB]);
  await waitFor(() => expect(reading?.snapshot().problems.get("web")).toBe("not yet"));
  await waitFor(() => expect(opened.length).toBe(1));
  opened[0]?.say("x\n");
  await waitFor(() => expect(reading?.snapshot().problems.size).toBe(0));
});

test("of a flood no more is taken than a turn's share, until the next turn", async () => {
  vi.useFakeTimers();
  reading = new LogReading(WISH);
  let went = false;
  void reading.receive([], 300 * 1024).then(() => {
    went = true;
  });
  await vi.advanceTimersByTimeAsync(10);
  expect(went).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(went).toBe(true);
  vi.useRealTimers();
});
