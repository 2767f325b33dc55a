import { describe, expect, test } from "vitest";
import { SAMPLE } from "../testing/frames";
import { type Counts, counted, rates, SPAN_MS, sparkline } from "./rates";

const [, eth0] = SAMPLE.network?.interfaces ?? [];
if (!eth0) throw new Error("the recorded sample has eth0");

function counts(...moments: readonly (readonly [at: number, rx: number, tx: number])[]) {
  let known: Counts = new Map();
  for (const [at, rxBytes, txBytes] of moments) known = counted(known, [{ ...eth0, rxBytes, txBytes } as never], at);
  return known.get("eth0") ?? [];
}

describe("rates", () => {
  test("are bytes a second between two moments, received and sent", () => {
    expect(rates(counts([0, 100, 0], [1000, 600, 50], [3000, 600, 250]), 3000)).toEqual([
      { from: 0, to: 1000, rx: 500, tx: 50 },
      { from: 1000, to: 3000, rx: 0, tx: 100 },
    ]);
  });

  test("are nothing once no sample came for a while", () => {
    expect(rates(counts([0, 100, 0], [1000, 600, 0]), 4000).at(-1)).toEqual({ from: 1000, to: 4000, rx: 0, tx: 0 });
    expect(rates(counts([0, 100, 0], [1000, 600, 0]), 2000)).toHaveLength(1);
  });

  test("begin anew where counters fall, for it is another interface then", () => {
    expect(counts([0, 100, 0], [1000, 600, 0], [2000, 5, 0])).toEqual([{ at: 2000, rx: 5, tx: 0 }]);
  });

  test("are kept for a minute, one a second at most, the newest always", () => {
    const often = Array.from({ length: 3000 }, (_, at) => [at * 100, at, 0] as const);
    const kept = counts(...often);
    expect(kept.length).toBeLessThanOrEqual(SPAN_MS / 1000 + 2);
    expect(kept.at(-1)).toEqual({ at: 299_900, rx: 2999, tx: 0 });
  });

  test("of any counters never fall below nothing, and their line stays in its box", () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      let [at, rx, tx, noise] = [0, 0, 0, seed];
      const next = (most: number) => {
        noise = (noise * 48_271) % 2_147_483_647; // minstd_rand
        return noise % most;
      };
      const grown = Array.from({ length: next(40) }, () => {
        at += next(5000);
        rx += next(1e9);
        tx += next(1e9);
        return [at, rx, tx] as const;
      });
      const found = rates(counts(...grown), at + 2000);
      expect(found.every((rate) => rate.rx >= 0 && rate.tx >= 0 && rate.to > rate.from)).toBe(true);
      const line = sparkline(found, (rate) => rate.rx, { now: at + 2000, width: 72, height: 14 });
      const drawn = [...line.matchAll(/[VH ]([\d.-]+)/g)].map(([, value]) => Number(value));
      expect(drawn.every((value) => value >= 0 && value <= 72)).toBe(true);
    }
  });
});
