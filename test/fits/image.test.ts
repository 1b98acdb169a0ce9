import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ByteSource,
  emptyPrimary,
  exactIntegers,
  Header,
  imageBands,
  memorySink,
  memorySource,
  openFitsFile,
  openImage,
  type PixelArray,
  physicalValues,
  pixelsInMemory,
  verifySums,
  writeImage,
} from "../../fits/index.js";
import { fitsHeader } from "../support/fits-file.js";
import { bigEndian, fitsImageFile } from "../support/fits-image.js";
import { referenceData } from "../support/reference-data.js";

const open = async (bytes: Uint8Array) => openImage(await openFitsFile(memorySource(bytes)));

describe("plain images", () => {
  it.each([
    [8, Uint8Array, [0, 1, 200, 255, 7, 9]],
    [16, Int16Array, [-32768, -1, 0, 1, 32767, 256]],
    [32, Int32Array, [-2147483648, -1, 0, 1, 2147483647, 65536]],
    [64, BigInt64Array, [-(2n ** 63n), -1n, 0n, 2n ** 53n + 1n, 2n ** 63n - 1n, 256n]],
    [-32, Float32Array, [-1.25, 0, 1, 0.5, Number.NaN, 3.4028234663852886e38]],
    [-64, Float64Array, [-1.25, 0, 1, 0.5, Number.NaN, 5e-324]],
  ] as const)("BITPIX %i gives the stored values", async (bitpix, type, values) => {
    const image = await open(fitsImageFile(bitpix, [3, 2], values));
    expect(image).toMatchObject({ bitpix, shape: [3, 2] });
    const pixels = await image.read();
    expect(pixels).toBeInstanceOf(type);
    expect([...pixels]).toEqual([...values]);
  });

  it("any region of any shape is that of the whole (property)", async () => {
    const cases = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        region: fc
          .tuple(...shape.map((length) => fc.tuple(fc.nat(length - 1), fc.nat(length))))
          .map((ends) => ({
            start: ends.map(([first]) => first),
            size: ends.map(([first, count], i) => Math.min(count, shape[i]! - first)),
          })),
        band: fc.integer({ min: 1, max: 64 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, region, band }) => {
        const count = shape.reduce((a, b) => a * b);
        const values = Array.from({ length: count }, (_, i) => i * 7 - 300);
        const image = await open(fitsImageFile(16, shape, values));
        const expected = values.filter((_, i) => {
          let rest = i;
          return shape.every((length, axis) => {
            const at = rest % length;
            rest = (rest - at) / length;
            return at >= region.start[axis]! && at < region.start[axis]! + region.size[axis]!;
          });
        });
        expect([...(await image.read(region))]).toEqual(expected);
        expect([...(await pixelsInMemory(Int16Array.from(values), shape).read(region))]).toEqual(expected);
        const bands: number[] = [];
        for await (const { pixels } of imageBands(image, band))
          for (const value of pixels) bands.push(Number(value));
        expect(bands).toEqual(values);
      }),
      { numRuns: 150 },
    );
  });

  it("reads no more than the rows of a region", async () => {
    const bytes = fitsImageFile(16, [1000, 1000], new Array<number>(1e6).fill(3));
    let read = 0;
    const counted: ByteSource = {
      byteLength: bytes.length,
      async read(offset, length) {
        read += length;
        return bytes.subarray(offset, offset + length);
      },
    };
    const image = openImage(await openFitsFile(counted));
    read = 0;
    expect((await image.read({ start: [100, 500], size: [10, 4] })).length).toBe(40);
    expect(read).toBeLessThanOrEqual(4 * 2000);
    await expect(image.read({ start: [995, 0], size: [10, 1] })).rejects.toMatchObject({
      code: "BAD_PARAMETER",
    });
  });

  it("is empty where an axis is 0, and absent where there are no axes", async () => {
    expect(await (await open(fitsImageFile(16, [3, 0], []))).read()).toEqual(new Int16Array(0));
    await expect(open(fitsImageFile(8, [], []))).rejects.toThrow("the FITS file has no image");
  });
});

describe("scaling", () => {
  const scaled = async (bitpix: number, values: (number | bigint)[], cards: [string, string | number][]) => {
    const image = await open(fitsImageFile(bitpix, [values.length], values, cards));
    const pixels = await image.read();
    return {
      physical: [...physicalValues(pixels, image.scaling)],
      exact: exactIntegers(pixels, image.scaling),
    };
  };

  it("is bzero + bscale * stored, NaN where stored is BLANK", async () => {
    const { physical, exact } = await scaled(
      32,
      [10, -2147483648, -4],
      [
        ["BLANK", -2147483648],
        ["BZERO", "                 0.5"],
        ["BSCALE", "                 0.1"],
      ],
    );
    expect(physical).toEqual([0.5 + 0.1 * 10, Number.NaN, 0.5 + 0.1 * -4]);
    expect(exact).toBeUndefined();
  });

  it("of floats knows no BLANK", async () => {
    const { physical } = await scaled(
      -64,
      [1.5, Number.NaN, 2],
      [
        ["BLANK", 2],
        ["BSCALE", 2],
      ],
    );
    expect(physical).toEqual([3, Number.NaN, 4]);
  });

  it.each([
    [8, -128, [0, 127, 128, 255], Int8Array.of(-128, -1, 0, 127)],
    [16, 32768, [-32768, -1, 0, 32767], Uint16Array.of(0, 32767, 32768, 65535)],
    [32, 2147483648, [-2147483648, -1, 0, 2147483647], Uint32Array.of(0, 2147483647, 2147483648, 4294967295)],
    [
      64,
      "9223372036854775808",
      [-(2n ** 63n), -1n, 2n ** 63n - 1n],
      BigUint64Array.of(0n, 2n ** 63n - 1n, 2n ** 64n - 1n),
    ],
  ] as const)(
    "BITPIX %i with BZERO %s is the unsigned convention, exactly",
    async (bitpix, bzero, stored, expected) => {
      const { physical, exact } = await scaled(bitpix, [...stored], [["BZERO", String(bzero).padStart(20)]]);
      expect(exact).toEqual(expected);
      expect(physical).toEqual([...expected].map(Number));
    },
  );

  it("of BSCALE 0 is refused", async () => {
    await expect(open(fitsImageFile(16, [1], [1], [["BSCALE", 0]]))).rejects.toThrow("BSCALE = 0");
  });
});

describe("writing a plain image", () => {
  it.each([1, 100, 1 << 20])("in bands of %i bytes gives the file that it came from", async (bandBytes) => {
    const values = Array.from({ length: 60 }, (_, i) => i - 30);
    const source = fitsImageFile(16, [5, 4, 3], values, [
      ["BZERO", 32768],
      ["OBJECT", "'Sun     '"],
    ]);
    const file = await openFitsFile(memorySource(source));
    const sink = memorySink();
    await writeImage(sink, openImage(file), file.hdus[0]!.header, { checksum: true, bandBytes });
    const again = await openFitsFile(memorySource(sink.bytes()));
    expect(await verifySums(again, again.hdus[0]!)).toEqual({ datasum: "right", checksum: "right" });
    const { dataOffset, header } = again.hdus[0]!;
    expect(Buffer.from(sink.bytes().subarray(dataOffset, dataOffset + 120))).toEqual(bigEndian(16, values));
    expect(sink.byteLength % 2880).toBe(0);
    expect(header.text("OBJECT")).toBe("Sun");
    expect(header.cards.slice(0, 7).map(({ keyword }) => keyword)).toEqual([
      "SIMPLE",
      "BITPIX",
      "NAXIS",
      "NAXIS1",
      "NAXIS2",
      "NAXIS3",
      "EXTEND",
    ]);
  });

  it("goes to a plain sink without checksums, and as an extension behind an empty primary unit", async () => {
    const pieces: Uint8Array[] = [emptyPrimary().bytes()];
    const sink = { write: async (bytes: Uint8Array) => void pieces.push(bytes.slice()) };
    const image = pixelsInMemory(Float64Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
    await writeImage(sink, image, new Header().set("EXTNAME", "MAP"), { primary: false });
    await expect(writeImage(sink, image, new Header(), { checksum: true })).rejects.toMatchObject({
      code: "BAD_PARAMETER",
    });
    const file = await openFitsFile(memorySource(Buffer.concat(pieces.slice(0, 4))));
    expect(file.hdus.map(({ name }) => name)).toEqual(["", "MAP"]);
    expect([...(await openImage(file).read())]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

it("reads a file whose last padding is missing, and special records behind the last unit", async () => {
  const bytes = fitsImageFile(8, [10], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect((await (await open(bytes.subarray(0, 2890))).read()).length).toBe(10);
  expect((await openFitsFile(memorySource(Buffer.concat([bytes, Buffer.alloc(2880, 1)])))).end).toBe(5760);
});

it("counts the groups of random groups as data, and gives no image of them", async () => {
  const header = fitsHeader([
    ["SIMPLE", "                   T"],
    ["BITPIX", 16],
    ["NAXIS", 2],
    ["NAXIS1", 0],
    ["NAXIS2", 3],
    ["GROUPS", "                   T"],
    ["PCOUNT", 2],
    ["GCOUNT", 4],
  ]);
  const file = await openFitsFile(memorySource(Buffer.concat([header, Buffer.alloc(2880)])));
  expect(file.hdus[0]!.structure).toMatchObject({ kind: "random groups", dataBytes: 2 * 4 * (2 + 3) });
});

const real = [
  ["sdo/aia_171_level1.fits", 128],
  ["sdo/resampled_hmi.fits", 100],
] as const;
describe.each(real)("%s", (name, width) => {
  const path = referenceData(name);
  it.skipIf(path === undefined)("has its doubles and its statistics (reference data)", async () => {
    const bytes = readFileSync(path!);
    const file = await openFitsFile(memorySource(bytes));
    const image = openImage(file);
    expect(image).toMatchObject({ bitpix: -64, shape: [width, width] });
    const pixels: PixelArray = await image.read();
    const { dataOffset } = file.hdus[0]!;
    for (const i of [0, 1, width * 50 + 50, width * width - 1])
      expect(pixels[i]).toBe(bytes.readDoubleBE(dataOffset + 8 * i));
    const row = await image.read({ start: [0, 50], size: [width, 1] });
    expect([...row]).toEqual([...pixels.subarray(width * 50, width * 51)]);
  });
});
