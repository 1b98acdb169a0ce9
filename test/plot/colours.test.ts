import { describe, expect, it } from "vitest";
import { colourRange } from "../../plot/colour-range.js";
import { colourEnds, colourScale, suitedMap } from "../../plot/colour-scale.js";

const evenly = (from: number, to: number) =>
  Float64Array.from({ length: 1001 }, (_, n) => from + ((to - from) * n) / 1000);
const linear = (low: number, high: number) => ({ low, high, scale: "linear" }) as const;

describe("the colours that suit values", () => {
  it.each([
    // Velocities, a field: roughly even about zero, so that zero is in the middle.
    [-40, 50, [-49.55, 49.55], "diverging"],
    [-1000, 900, [-990.5, 990.5], "diverging"],
    // Mostly of one sign.
    [-1, 100, [-0.495, 99.495], "even"],
    [5, 9, [5.02, 8.98], "even"],
    [-9, -5, [-8.98, -5.02], "even"],
  ])("from %d to %d reach over %j and are %s", (from, to, [low, high], map) => {
    const range = colourRange(evenly(from, to), {})!;
    expect(range.low).toBeCloseTo(low!, 6);
    expect(range.high).toBeCloseTo(high!, 6);
    expect(suitedMap(range)).toBe(map);
  });

  it("reach over what the stream suggests, even about zero where both signs are there", () => {
    expect(colourRange(evenly(0, 1), { range: { low: 2, high: 8 } })).toEqual(linear(2, 8));
    expect(colourRange(evenly(0, 1), { range: { low: -4, high: 8 } })).toEqual(linear(-8, 8));
    const none = new Float64Array(0);
    expect(colourRange(none, {})).toBeUndefined();
    expect(colourRange(Float64Array.of(-3, -2), { scale: "log" })).toBeUndefined();
  });

  it("are logarithmic for positive values over powers of ten, and then of one sign", () => {
    const powers = Float64Array.from({ length: 1000 }, (_, n) => 10 ** (n / 200));
    expect(colourRange(powers, {})?.scale).toBe("log");
    expect(suitedMap({ low: 1, high: 1e5, scale: "log" })).toBe("even");
  });
});

describe("the place of a value among colours", () => {
  it("is that of the end beyond the range, and none for what is no value", () => {
    const log = colourScale({ low: 1, high: 1e4, scale: "log" }, "even", 4);
    expect([0.1, 1, 9.9, 11, 9999, 1e9].map(log)).toEqual([0, 0, 0, 1, 3, 3]);
    expect([0, -1, Number.NaN].map(log)).toEqual([-1, -1, -1]);
    const two = colourScale(linear(-1, 1), "even", 2);
    expect([-5, -0.1, 0.1, 5, Number.NaN].map(two)).toEqual([0, 0, 1, 1, -1]);
  });

  it("of zero is the middle of the diverging map, also in a range that was chosen uneven", () => {
    const place = colourScale(linear(-10, 40), "diverging", 100);
    expect([-40, -10, 0, 20, 40].map(place)).toEqual([37, 37, 50, 75, 99]);
    expect(colourEnds(linear(-10, 40), "diverging")).toEqual(linear(-40, 40));
    expect(colourEnds(linear(10, 40), "diverging")).toEqual(linear(10, 40));
    expect(colourEnds(linear(-10, 40), "grey")).toEqual(linear(-10, 40));
  });
});
