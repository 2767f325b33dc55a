import { describe, expect, test } from "vitest";
import { MOST_AHEAD, MOST_FRAME, Outbox } from "./outbox";

const typed = (text: string) => new TextEncoder().encode(text);
const read = (frames: Uint8Array[]) =>
  frames.map((frame) => [
    Number(new DataView(frame.buffer, frame.byteOffset).getBigUint64(0)),
    new TextDecoder().decode(frame.subarray(8)),
  ]);

describe("what is typed", () => {
  test("is sent once, each piece with its position", () => {
    const box = new Outbox();
    box.put(typed("ab"));
    expect(read(box.next())).toEqual([[0, "ab"]]);
    box.put(typed("c"));
    expect(read(box.next())).toEqual([[2, "c"]]);
    expect(box.next()).toEqual([]);
    box.take(3);
    expect(box.waiting).toBe(0);
  });

  test("is sent again after a loss, less what was taken", () => {
    const box = new Outbox();
    box.put(typed("abcd"));
    box.next();
    box.again(3);
    expect(read(box.next())).toEqual([[3, "d"]]);
    box.again(3);
    expect(read(box.next())).toEqual([[3, "d"]]);
  });

  test("begins anew where the other side counts otherwise", () => {
    const box = new Outbox();
    box.put(typed("old"));
    box.again(100);
    box.put(typed("x"));
    expect(read(box.next())).toEqual([[100, "x"]]);
  });

  test("is not typed any more once another page has taken over", () => {
    const box = new Outbox();
    box.put(typed("lost"));
    box.clear(2);
    expect(box.next()).toEqual([]);
    expect(box.waiting).toBe(0);
  });

  test("waits where the shell takes nothing, and goes on when it does", () => {
    const box = new Outbox();
    box.put(new Uint8Array(3 * MOST_AHEAD));
    const first = box.next();
    expect(first.length).toBe(MOST_AHEAD / MOST_FRAME);
    expect(first.every((frame) => frame.length <= MOST_FRAME + 8)).toBe(true);
    expect(box.next()).toEqual([]);
    box.take(MOST_FRAME);
    expect(box.next().length).toBe(1);
  });

  test("survives a reload", () => {
    const box = new Outbox();
    box.put(typed("abc"));
    box.take(1);
    const { position, bytes } = box.left();
    const after = new Outbox();
    after.clear(position);
    after.put(new Uint8Array(bytes));
    after.again(2);
    expect(read(after.next())).toEqual([[2, "c"]]);
  });
});
