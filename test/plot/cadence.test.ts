import { describe, expect, it } from "vitest";
import { Cadence, gapWidth } from "../../plot/x-columns.js";

function cadenceOf(xs: readonly number[]): Cadence {
  const cadence = new Cadence();
  for (const x of xs) cadence.add(x);
  return cadence;
}

/** Centres of the bins of a width that have a record, of records at a distance. */
function binned(width: number, distance: number, count: number): number[] {
  const bins = new Set(Array.from({ length: count }, (_, n) => Math.floor((n * distance) / width)));
  return [...bins].map((bin) => (bin + 0.5) * width);
}

describe("a gap between records", () => {
  it("is none where bins are somewhat narrower than the records are apart", () => {
    // Each sixth bin of five days is empty where records are six days apart.
    const xs = binned(5, 6, 800);
    const longest = Math.max(...xs.slice(1).map((x, n) => x - xs[n]!));
    expect(longest).toBe(10);
    expect(gapWidth(5, cadenceOf(xs))).toBeGreaterThan(10);
    expect(gapWidth(5, cadenceOf(xs))).toBeLessThan(15);
  });

  it("is each missing bin where missing ones are rare", () => {
    const xs = Array.from({ length: 500 }, (_, n) => n * 60).filter((_, n) => n % 50 !== 7);
    expect(gapWidth(60, cadenceOf(xs))).toBeLessThan(120);
  });

  it("is longer than what recurs, not what recurs three times as long", () => {
    const xs = Array.from({ length: 500 }, (_, n) => n * 60).filter((_, n) => n % 5 < 3);
    expect(gapWidth(60, cadenceOf(xs))).toBeLessThan(180);
  });
});
