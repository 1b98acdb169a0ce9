import { describe, expect, it } from "vitest";
import { BlockAverage, blockSide } from "../../../plot/quick-look/block-average.js";
import { MAP_NAMES, palette } from "../../../plot/quick-look/palettes.js";
import { robustRange, sampleStep } from "../../../plot/quick-look/robust-range.js";
import { colourNumbers, STRETCHES, stretchedPart } from "../../../plot/quick-look/stretch.js";
import { northUp, topDown } from "../../../plot/quick-look/turn.js";

const NONE = Number.NaN;

describe("block averages", () => {
  it("leave missing pixels out and give nothing where all are missing", () => {
    const average = new BlockAverage({ width: 4, height: 2 }, 2);
    average.add(Float64Array.of(1, 3, NONE, NONE, 5, NONE, NONE, NONE));
    expect([...average.values]).toEqual([3, NONE]);
  });

  it("are those of the pixels that are there in narrower blocks at the far edges", () => {
    const average = new BlockAverage({ width: 3, height: 3 }, 2);
    // Rows in two portions.
    average.add(Float64Array.of(0, 2, 10, 4, 6, 20));
    average.add(Float64Array.of(7, 9, 30));
    expect(average.shape).toEqual({ width: 2, height: 2 });
    expect([...average.values]).toEqual([3, 15, 8, 30]);
  });

  it("have the smallest whole side with which a picture is not too long", () => {
    const side = (width: number, height: number, size: number) => blockSide({ width, height }, size);
    expect([side(4096, 4096, 1024), side(4096, 4096, 160), side(128, 100, 512), side(513, 2, 512)]).toEqual([
      4, 26, 1, 2,
    ]);
  });
});

describe("robust ranges", () => {
  it("lie between the values as numpy's percentile says", () => {
    // numpy.percentile([1, 2, 3, 4, 10], [10, 95]) = [1.4, 8.8]
    const range = robustRange(Float64Array.of(10, 3, NONE, 1, 4, 2), { of: "values", low: 10, high: 95 });
    expect(range?.[0]).toBeCloseTo(1.4, 12);
    expect(range?.[1]).toBeCloseTo(8.8, 12);
  });

  it("are the same on both sides of zero for magnitudes", () => {
    // numpy.percentile([1, 2, 3, 4, 10], 50) = 3
    expect(robustRange(Float64Array.of(-10, 3, -1, 4, 2), { of: "magnitudes", low: 0, high: 50 })).toEqual([
      -3, 3,
    ]);
  });

  it("are none where there is no value", () => {
    expect(robustRange(Float64Array.of(NONE, NONE), { of: "values", low: 1, high: 99 })).toBeUndefined();
    expect(robustRange(new Float64Array(), { of: "values", low: 1, high: 99 })).toBeUndefined();
  });

  it("look at every pixel of an image of up to 512 a side", () => {
    expect([sampleStep(512, 3), sampleStep(513, 3), sampleStep(4096, 4096)]).toEqual([1, 2, 8]);
  });
});

describe("stretches", () => {
  it.each(STRETCHES)("keep both ends and grow from one to the other: %s", (stretch) => {
    expect(stretchedPart(0, stretch)).toBe(0);
    expect(stretchedPart(1, stretch)).toBeCloseTo(1, 14);
    const parts = Array.from({ length: 101 }, (_, n) => stretchedPart(n / 100, stretch));
    expect(parts.every((part, n) => n === 0 || part > parts[n - 1]!)).toBe(true);
  });

  it("give the first colour below the range, the last above it, and none to missing pixels", () => {
    const numbers = colourNumbers([-5, 0, 50, 100, 1e30, NONE, Infinity, -Infinity], [0, 100], "linear");
    expect([...numbers]).toEqual([1, 1, 128, 255, 255, 0, 255, 1]);
    // A range of no width is a step.
    expect([...colourNumbers([1, 2, 3], [2, 2], "asinh")]).toEqual([1, 255, 255]);
  });
});

describe("turning", () => {
  /** Three wide, two high, the first row at the bottom. */
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  const shape = { width: 3, height: 2 };
  const straight = [false, false] as const;

  it("moves pixels and smooths none for half a turn", () => {
    const { values: turned } = northUp({ shape, values }, { degrees: 180, isMirrored: straight });
    expect([...turned]).toEqual([6, 5, 4, 3, 2, 1]);
    const again = northUp({ shape, values: turned }, { degrees: -180, isMirrored: straight });
    expect([...again.values]).toEqual([...values]);
  });

  it("takes axes that count against the sky", () => {
    const { values: turned } = northUp({ shape, values }, { degrees: 0, isMirrored: [true, false] });
    expect([...turned]).toEqual([3, 2, 1, 6, 5, 4]);
  });

  it("puts what lies at the position angle of north above the middle", () => {
    // CROTA2 = 90: by the standard west = -(second axis), north = first axis; so the rightmost pixel is the northernmost.
    const square = { width: 3, height: 3 };
    const one = new Float32Array(9);
    one[1 * 3 + 2] = 7;
    const { values: turned } = northUp({ shape: square, values: one }, { degrees: 90, isMirrored: straight });
    expect(turned.indexOf(7)).toBe(2 * 3 + 1);
  });

  it("leaves missing what comes in from outside, and averages what is missing not in", () => {
    const square = { width: 2, height: 2 };
    const one = Float32Array.of(8, NONE, 8, 8);
    const { values: turned } = northUp({ shape: square, values: one }, { degrees: 45, isMirrored: straight });
    expect([...turned].filter((value) => !Number.isNaN(value)).every((value) => value === 8)).toBe(true);
  });

  it("gives rows from the top down", () => {
    expect([...topDown(Uint8Array.of(1, 2, 3, 4, 5, 6), shape)]).toEqual([4, 5, 6, 1, 2, 3]);
  });
});

describe("palettes", () => {
  it.each(MAP_NAMES)("have 256 colours, of which those of values differ: %s", (name) => {
    const colours = palette(name);
    expect(colours).toHaveLength(256);
    expect(colours.flat().every((part) => Number.isInteger(part) && part >= 0 && part <= 255)).toBe(true);
    expect(new Set(colours.slice(1).map(String)).size).toBeGreaterThan(200);
  });

  it("grow lighter from black to white, but for that of both sides of zero", () => {
    const lightness = ([red, green, blue]: readonly number[]) =>
      0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
    for (const name of MAP_NAMES.filter((one) => one !== "bluered")) {
      const all = palette(name).slice(1).map(lightness);
      expect(
        all.every((light, n) => n === 0 || light >= all[n - 1]! - 1.5),
        name,
      ).toBe(true);
    }
    const [blue, white, red] = [1, 128, 255].map((n) => palette("bluered")[n]!);
    expect(white).toEqual([255, 255, 255]);
    expect(blue![2]).toBeGreaterThan(blue![0]);
    expect(red![0]).toBeGreaterThan(red![2]);
  });
});
