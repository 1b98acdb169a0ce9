import { describe, expect, it } from "vitest";
import { pixelsInMemory } from "../../../fits/image.js";
import type { Region } from "../../../fits/region.js";
import { histogramTags } from "../../../readers/drms-image/histogram.js";
import type { ImageProduct, Scalar } from "../../../readers/drms-image/image-product.js";
import { powerTags } from "../../../readers/drms-image/power.js";
import { reduceImage } from "../../../readers/drms-image/reduce-image.js";
import { PLAIN, productOf } from "./made-disk.js";

const SCALARS: readonly Scalar[] = ["count", "mean", "rms", "std", "min", "max", "skew", "kurtosis"];

/** Noise of a linear congruential generator, uniform in [-0.5, 0.5): the same numbers on every machine. */
function noise(length: number): Float64Array<ArrayBuffer> {
  let state = 20_100_501;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 2_147_483_648 - 0.5;
  });
}

describe("scalars", () => {
  it("of the whole numbers 1 to n are those of the formulae, missing and infinite pixels left out", async () => {
    const n = 9000;
    const pixels = new Float64Array(100 * 100).fill(Number.NaN);
    for (let i = 0; i < n; i++) pixels[(i * 7919) % 10_000] = i + 1;
    pixels[pixels.indexOf(Number.NaN)] = Number.POSITIVE_INFINITY;
    const empty = pixels.findIndex(Number.isNaN);
    pixels[empty] = Number.NEGATIVE_INFINITY;
    const { values } = await productOf(pixels, [100, 100], { kind: "scalars", names: SCALARS });
    const variance = (n * n - 1) / 12;
    const square = ((n + 1) * (2 * n + 1)) / 6;
    const kurtosis = -(6 * (n * n + 1)) / (5 * (n * n - 1));
    const expected = [n, (n + 1) / 2, Math.sqrt(square), Math.sqrt(variance), 1, n, 0, kurtosis];
    for (const [i, value] of expected.entries()) expect(values[i]! - value, SCALARS[i]!).toBeCloseTo(0, 6);
  });

  it("of an image of several bands with two values are those of a coin", async () => {
    // 512 x 512 pixels are several bands; one in eight is 1.
    const pixels = Float64Array.from({ length: 512 * 512 }, (_, i) => (i % 8 === 3 ? 1001 : 1000));
    const names: readonly Scalar[] = ["mean", "std", "skew", "kurtosis"];
    const { values } = await productOf(pixels, [512, 512], { kind: "scalars", names });
    const [p, q] = [1 / 8, 7 / 8];
    const expected = [1000 + p, Math.sqrt(p * q), (1 - 2 * p) / Math.sqrt(p * q), (1 - 6 * p * q) / (p * q)];
    for (const [i, value] of expected.entries()) expect(values[i], names[i]!).toBeCloseTo(value, 8);
  });

  it("without a sign are those of the magnitudes", async () => {
    const pixels = Float64Array.of(-3, 1, -2, 2);
    const product = { kind: "scalars", names: ["mean", "min", "max"] } as const;
    const treatment = { unsigned: true, radial: false };
    const { values } = await productOf(pixels, [2, 2], product, { treatment });
    expect([...values]).toEqual([2, 1, 3]);
  });

  it("of an image without a pixel that is there are NaN, their number 0", async () => {
    const pixels = new Float64Array(16).fill(Number.NaN);
    const { values } = await productOf(pixels, [4, 4], { kind: "scalars", names: SCALARS });
    expect([...values]).toEqual([0, ...new Array<number>(7).fill(Number.NaN)]);
  });

  it("of stored integers are of physical values, blanks left out", async () => {
    const image = pixelsInMemory(Int16Array.of(10, -32_768, 20, 30), [2, 2]);
    const product = { kind: "scalars", names: ["count", "mean"] } as const;
    const { values } = await reduceImage(
      image,
      { bzero: 5, bscale: 0.1, blank: -32_768 },
      { product, treatment: PLAIN },
    );
    expect([...values]).toEqual([3, 7]);
  });
});

describe("histograms", () => {
  it("count values by bins that have their lower edge, and nothing outside", async () => {
    const pixels = Float64Array.of(-1, 0, 0.999, 1, 1.5, 9.999, 10, 11, Number.NaN);
    const product = { kind: "histogram", bins: 10, min: 0, max: 10, logarithmic: false } as const;
    const { values } = await productOf(pixels, [3, 3], product);
    expect([...values]).toEqual([2, 2, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect([...histogramTags(product)].slice(0, 2)).toEqual([0.5, 1.5]);
  });

  it("equal in the logarithm have their geometric middles as tags", async () => {
    const product = { kind: "histogram", bins: 3, min: 1, max: 1000, logarithmic: true } as const;
    const pixels = Float64Array.of(0, 1, 9, 11, 99, 101, 999, 1000, -5);
    const { values } = await productOf(pixels, [3, 3], product);
    expect([...values]).toEqual([2, 2, 2]);
    const tags = histogramTags(product);
    for (const [bin, tag] of [10 ** 0.5, 10 ** 1.5, 10 ** 2.5].entries())
      expect(tags[bin]).toBeCloseTo(tag, 9);
  });
});

describe("rows and columns", () => {
  const pixels = Float64Array.from({ length: 12 }, (_, i) => i);

  it.each([
    [{ kind: "row", at: 1 }, [0, 1, 2, 3]],
    [{ kind: "row", at: 3 }, [8, 9, 10, 11]],
    [{ kind: "row" }, [4, 5, 6, 7]],
    [{ kind: "column", at: 4 }, [3, 7, 11]],
    [{ kind: "column" }, [1, 5, 9]],
  ] as const)("count from 1: %j", async (product, expected) => {
    expect([...(await productOf(pixels, [4, 3], product)).values]).toEqual(expected);
  });

  it("read no more of the file than they need", async () => {
    const regions: Region[] = [];
    const image = pixelsInMemory(pixels, [4, 3]);
    const watched = {
      ...image,
      read: (region?: Region) => {
        regions.push(region!);
        return image.read(region);
      },
    };
    await reduceImage(
      watched,
      { bzero: 0, bscale: 1 },
      { product: { kind: "row", at: 2 }, treatment: PLAIN },
    );
    expect(regions).toEqual([{ start: [0, 1], size: [4, 1] }]);
  });

  it("that the image has not are refused", async () => {
    await expect(productOf(pixels, [4, 3], { kind: "row", at: 4 })).rejects.toMatchObject({
      code: "BAD_FITS_DATA",
      message: "row 4 of an image of 4 x 3 pixels",
    });
  });
});

describe("power", () => {
  const rows = { kind: "power", along: "rows", box: 64 } as const;
  const circles = { kind: "power", along: "circles", box: 64 } as const;

  it("of a wave along the rows is at its wavenumber, and adds up to half its amplitude squared", async () => {
    const pixels = Float64Array.from(
      { length: 64 * 64 },
      (_, i) => 100 + 3 * Math.cos((2 * Math.PI * 16 * (i % 64)) / 64 + Math.floor(i / 64)),
    );
    const { values } = await productOf(pixels, [64, 64], rows);
    expect(powerTags(64)[15]).toBe(0.25);
    expect(values.indexOf(Math.max(...values))).toBe(15);
    // The window spreads it over the neighbours.
    const sum = values.reduce((all, value) => all + value, 0) / 64;
    expect(sum).toBeCloseTo(9 / 2, 6);
    expect(values[15]! / 64 / (9 / 2)).toBeCloseTo(2 / 3, 3);
  });

  it("of a slanting wave is at the length of its wavenumber", async () => {
    const pixels = Float64Array.from({ length: 64 * 64 }, (_, i) =>
      Math.cos((2 * Math.PI * (12 * (i % 64) + 16 * Math.floor(i / 64))) / 64),
    );
    const { values } = await productOf(pixels, [64, 64], circles);
    expect(values.indexOf(Math.max(...values))).toBe(19);
  });

  it.each([
    ["rows", rows, 2],
    ["circles", circles, 1],
  ] as const)("of noise is its variance at all wavenumbers: %s", async (_, product, sides) => {
    const pixels = noise(64 * 64);
    const { values } = await productOf(pixels, [64, 64], product);
    // Uniform in an interval of 1: 1/12. The first wavenumbers have few cells, the mean is gone from their neighbours.
    const level = values.subarray(4, 31).reduce((all, value) => all + value, 0) / 27;
    expect(level / (sides / 12)).toBeGreaterThan(0.95);
    expect(level / (sides / 12)).toBeLessThan(1.05);
  });

  it("is of the middle of a larger image, and of what there is of a smaller one", async () => {
    const pixels = Float64Array.from({ length: 200 * 100 }, (_, i) => {
      const [x, y] = [i % 200, Math.floor(i / 200)];
      const inside = x >= 68 && x < 132 && y >= 18 && y < 82;
      return inside ? Math.cos((2 * Math.PI * 8 * x) / 64) : 1e6;
    });
    const { values, shape } = await productOf(pixels, [200, 100], rows);
    expect(shape).toEqual([200, 100]);
    expect(values.indexOf(Math.max(...values))).toBe(7);
    expect(values[7]).toBeLessThan(64);
    const small = await productOf(noise(31 * 40), [31, 40], circles);
    expect(small.values).toHaveLength(15);
  });

  it("is of no number where half of the pixels are missing", async () => {
    const pixels = noise(64 * 64).fill(Number.NaN, 0, 32 * 64);
    expect((await productOf(pixels, [64, 64], rows)).values[3]).toBeNaN();
    pixels[0] = 0;
    expect((await productOf(pixels, [64, 64], rows)).values[3]).toBeGreaterThan(0);
  });
});

describe("images that are none of two axes", () => {
  it.each([[[64]], [[4, 4, 4]], [[0, 64]]] as const)("are refused: %j", async (shape) => {
    const count = shape.reduce((all, length) => all * length, 1);
    const product: ImageProduct = { kind: "scalars", names: ["mean"] };
    await expect(productOf(new Float64Array(count), [...shape], product)).rejects.toMatchObject({
      code: "BAD_FITS_DATA",
    });
  });

  it("are taken where the further axes have one pixel", async () => {
    const product: ImageProduct = { kind: "scalars", names: ["mean"] };
    expect((await productOf(Float64Array.of(1, 3), [2, 1, 1], product)).values[0]).toBe(2);
  });

  it("are refused where a side is too long to be an image of the Sun", async () => {
    const product: ImageProduct = { kind: "row" };
    await expect(productOf(new Float64Array(40_000), [40_000, 1], product)).rejects.toMatchObject({
      code: "FITS_TOO_LARGE",
    });
  });
});
