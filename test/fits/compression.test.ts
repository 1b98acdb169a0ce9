import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  copyHdu,
  emptyPrimary,
  HduWriter,
  Header,
  imageBands,
  imageHeader,
  memorySink,
  memorySource,
  openFitsFile,
  openImage,
  openTable,
  type PixelArray,
  type PixelSource,
  pixelsInMemory,
  verifySums,
  type WriteCompressedOptions,
  writeCompressedImage,
  writeImage,
} from "../../fits/index.js";
import { decodeRice } from "../../fits/rice-decode.js";
import { encodeRice } from "../../fits/rice-encode.js";
import { fitsImageFile, packed, sequence } from "../support/fits-image.js";
import { programForTest } from "../support/system-programs.js";

const fpack = programForTest("fpack");
const funpack = programForTest("funpack");

/** A disc on a dark sky with noise, like the Sun seen by a CCD; repeatable. */
function sun(width: number, height: number, noise: number, seed = 7): number[] {
  const random = sequence(seed);
  return Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [(i % width) / width - 0.5, Math.floor(i / width) / height - 0.5];
    const disc = x * x + y * y < 0.16 ? 100 - 200 * (x * x + y * y) : 2;
    return disc + noise * (random() + random() - 1);
  });
}

const rounded = (values: readonly number[]): number[] => values.map((value) => Math.round(value));

async function read(bytes: Uint8Array): Promise<{ bytes: Buffer; image: ReturnType<typeof openImage> }> {
  const image = openImage(await openFitsFile(memorySource(bytes)));
  const pixels = await image.read();
  return { bytes: Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength), image };
}

async function compressed(
  image: PixelSource,
  header: Header,
  options: WriteCompressedOptions = {},
): Promise<Uint8Array> {
  const sink = memorySink();
  await (await HduWriter.begin(sink, emptyPrimary(), 0, { checksum: true })).end();
  await writeCompressedImage(sink, image, header, { checksum: true, ...options });
  return sink.bytes();
}

describe("RICE_1", () => {
  it("follows the standard's layout, bit by bit (FITS 4.0, 10.4.1)", () => {
    // First pixel 5 in 16 bits; a block of 4 with fs = 1 (code 2 in 4 bits): differences 0, 1, -1, 2 are folded to 0, 2, 1, 4:
    // "1 0", "01 0", "1 1", "001 0".
    const bits = "0000000000000101 0010 10 010 11 0010".replaceAll(" ", "");
    const bytes = Uint8Array.from({ length: 4 }, (_, i) =>
      Number.parseInt(bits.slice(8 * i, 8 * i + 8).padEnd(8, "0"), 2),
    );
    const out = new Int16Array(4);
    decodeRice(bytes, out, 4);
    expect([...out]).toEqual([5, 6, 5, 7]);
  });

  it.each([
    [Uint8Array, 0, 255],
    [Int16Array, -32768, 32767],
    [Int32Array, -2147483648, 2147483647],
  ] as const)("gives back any pixels and blocks: %o (property)", (Type, least, most) => {
    const value = fc.oneof(
      { arbitrary: fc.integer({ min: least, max: most }), weight: 1 },
      { arbitrary: fc.constantFrom(least, most, 0, 1), weight: 1 },
      { arbitrary: fc.integer({ min: 100, max: 120 }), weight: 4 },
    );
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 300 }),
        fc.constantFrom(1, 8, 16, 31, 32, 64),
        (values, block) => {
          const pixels = Type.from(values);
          const out = new Type(values.length);
          decodeRice(encodeRice(pixels, block), out, block);
          expect(out).toEqual(pixels);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("says where a tile ends too early, wherever it is cut", () => {
    const pixels = Int16Array.from(sun(64, 4, 30));
    const bytes = encodeRice(pixels, 32);
    const out = new Int16Array(pixels.length);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeRice(bytes.subarray(0, length), out, 32), `${length} bytes`).toThrow(
        /a Rice tile ends at pixel \d+ of 256/,
      );
    decodeRice(bytes, out, 32);
    expect(out).toEqual(pixels);
  });
});

it("a Rice code that does not exist is refused", () => {
  const bytes = Uint8Array.of(0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff);
  expect(() => decodeRice(bytes, new Int32Array(32), 32)).toThrow(
    "Rice code 31 of a block, expected at most 26",
  );
});

/** The first places where two images differ. */
function differences(a: PixelArray, b: PixelArray): string[] {
  const found: string[] = [];
  for (let i = 0; i < Math.max(a.length, b.length) && found.length < 5; i++)
    if (!Object.is(a[i], b[i])) found.push(`${i}: ${a[i]} ${b[i]}`);
  return found;
}

const integers = [8, 16, 32] as const;
const valuesOf = (bitpix: number): number[] =>
  rounded(sun(130, 90, 20)).map((value) =>
    bitpix === 8 ? Math.max(0, Math.min(255, value)) : bitpix === 32 ? value * 1000 : value,
  );

describe.skipIf(fpack.missing)(fpack.title("files of fpack"), () => {
  it.each(
    integers.flatMap((bitpix) =>
      [["-r"], ["-r", "-t", "40,30"], ["-r", "-w"], ["-g1"], ["-g2", "-t", "33,1"], ["-g2"], ["-d"]]
        // fpack itself has no 8-bit form of this.
        .filter(([option]) => bitpix !== 8 || option !== "-d")
        .map((options) => [bitpix, options] as const),
    ),
  )("BITPIX %i, %j: the same pixels", async (bitpix, options) => {
    const file = fitsImageFile(bitpix, [130, 90], valuesOf(bitpix), [
      ["BLANK", -1],
      ["BZERO", 10],
    ]);
    const { bytes, image } = await read(packed(fpack.path, options, file));
    expect(image).toMatchObject({ bitpix, shape: [130, 90] });
    expect(image.scaling).toEqual({ bzero: 10, bscale: 1, blank: -1 });
    expect(bytes.equals((await read(file)).bytes)).toBe(true);
  });

  it("incompressible tiles and jumps over the whole range", async () => {
    const random = sequence(3);
    const values = Array.from({ length: 6400 }, (_, i) =>
      i < 3200 ? Math.floor(random() * 65536) - 32768 : i % 2 === 0 ? -32768 : 32767,
    );
    const file = fitsImageFile(16, [64, 100], values);
    const { bytes } = await read(packed(fpack.path, ["-r"], file));
    expect(bytes.equals((await read(file)).bytes)).toBe(true);
  });

  it.each(["-h", "-p"])("compressed by %s is refused by the name of the compression", async (option) => {
    const file = packed(
      fpack.path,
      [option],
      fitsImageFile(16, [64, 64], rounded(sun(64, 64, 5)).map(Math.abs)),
    );
    const name = option === "-h" ? "HCOMPRESS_1" : "PLIO_1";
    await expect(read(file)).rejects.toMatchObject({
      code: "FITS_UNSUPPORTED",
      message: expect.stringContaining(`ZCMPTYPE = '${name}'`),
    });
  });

  it.each(integers)("BITPIX %i: Rice bytes as fpack's own, tile by tile", async (bitpix) => {
    const file = fitsImageFile(bitpix, [130, 90], valuesOf(bitpix));
    const theirs = await openFitsFile(memorySource(packed(fpack.path, ["-r"], file)));
    const source = await openFitsFile(memorySource(file));
    const ours = await openFitsFile(
      memorySource(await compressed(openImage(source), source.hdus[0]!.header)),
    );
    const tiles = (one: typeof ours) => {
      const table = openTable(one, one.hdus[1]!);
      return table.readArrays(table.column("COMPRESSED_DATA"));
    };
    expect(await tiles(ours)).toEqual(await tiles(theirs));
  });

  it("its checksums verify, and a changed byte does not", async () => {
    const file = packed(fpack.path, ["-r"], fitsImageFile(16, [130, 90], valuesOf(16)));
    const check = async (bytes: Uint8Array) => {
      const one = await openFitsFile(memorySource(bytes));
      return verifySums(one, one.hdus[1]!);
    };
    expect(await check(file)).toEqual({ datasum: "right", checksum: "right" });
    const damaged = Buffer.from(file);
    damaged[damaged.length - 3000]! ^= 1;
    expect(await check(damaged)).toEqual({ datasum: "wrong", checksum: "wrong" });
  });
});

describe.skipIf(funpack.missing)(funpack.title("quantised floats as funpack gives them"), () => {
  // The first rows exactly zero, one row of one value, one with NaN, one too wild to be quantised.
  const values = sun(200, 60, 4).map((value, i) => {
    const row = Math.floor(i / 200);
    if (row < 3 || (row > 40 && i % 5 === 0)) return 0;
    if (row === 5) return 12.5;
    if (row === 8 && i % 3 === 0) return Number.NaN;
    return row === 9 ? value * 10 ** ((i % 60) - 30) : value;
  });
  it.each(
    [-32, -64].flatMap((bitpix) =>
      [
        ["-r"],
        ["-r", "-q0", "4"],
        ["-r", "-qz", "4"],
        ["-r", "-q7", "8", "-t", "50,50"],
        ["-r", "-w"],
        ["-g1"],
        ["-g2"],
        ["-g1", "-q", "0"],
        ["-g2", "-q", "0"],
      ].map((options) => [bitpix, options] as const),
    ),
  )("BITPIX %i, %j", async (bitpix, options) => {
    // In tiles of several rows funpack 4.02 gives other pixels than were stored where a tile could not be quantised.
    const file = fitsImageFile(bitpix, [200, 60], options.includes("-t") ? sun(200, 60, 4) : values);
    const squeezed = packed(fpack.path, options, file);
    const pixels = async (bytes: Uint8Array) => openImage(await openFitsFile(memorySource(bytes))).read();
    const ours = await pixels(squeezed);
    // Bit by bit, but for the many forms of NaN.
    expect(differences(ours, await pixels(packed(funpack.path, [], squeezed)))).toEqual([]);
    // Lossless means lossless.
    if (options[2] === "0") expect(differences(ours, await pixels(file))).toEqual([]);
  });
});

describe("writing compressed images", () => {
  const cases: [number, WriteCompressedOptions][] = [
    ...integers.flatMap((bitpix): [number, WriteCompressedOptions][] => [
      [bitpix, {}],
      [bitpix, { tile: [40, 30], blockSize: 16 }],
      [bitpix, { algorithm: "GZIP_1", tile: [17, 90] }],
      [bitpix, { algorithm: "GZIP_2", tile: [130, 7] }],
    ]),
    ...[-32, -64].flatMap((bitpix): [number, WriteCompressedOptions][] => [
      [bitpix, { algorithm: "GZIP_1" }],
      [bitpix, { algorithm: "GZIP_2", tile: [33, 33] }],
    ]),
  ];
  it.each(cases)("BITPIX %i, %j: read again and unpacked by funpack", async (bitpix, options) => {
    const values = bitpix < 0 ? sun(130, 90, 20) : valuesOf(bitpix);
    const file = fitsImageFile(bitpix, [130, 90], values, [
      ["OBJECT", "'Sun     '"],
      ["EXPTIME", "                 2.5"],
    ]);
    const source = await openFitsFile(memorySource(file));
    const bytes = await compressed(openImage(source), source.hdus[0]!.header, options);
    const again = await openFitsFile(memorySource(bytes));
    expect(await verifySums(again, again.hdus[1]!)).toEqual({ datasum: "right", checksum: "right" });
    expect(again.hdus[1]!.header.text("OBJECT")).toBe("Sun");
    const plain = (await read(file)).bytes;
    expect((await read(bytes)).bytes.equals(plain)).toBe(true);
    const region = { start: [31, 17], size: [70, 40] };
    expect(await openImage(again).read(region)).toEqual(await openImage(source).read(region));
    if (!funpack.missing) {
      const unpacked = await openFitsFile(memorySource(packed(funpack.path, [], bytes)));
      expect(unpacked.hdus).toHaveLength(1);
      expect(unpacked.hdus[0]!.header.real("EXPTIME")).toBe(2.5);
      const pixels = await openImage(unpacked).read();
      expect(Buffer.from(pixels.buffer).equals(plain)).toBe(true);
    }
  });

  it("cubes in tiles of any shape come back (property)", async () => {
    const lengths = (most: number) =>
      fc.tuple(
        fc.integer({ min: 1, max: most }),
        fc.integer({ min: 1, max: most }),
        fc.integer({ min: 1, max: most }),
      );
    await fc.assert(
      fc.asyncProperty(lengths(9), lengths(5), fc.nat(100), async (shape, tile, seed) => {
        const random = sequence(seed + 1);
        const pixels = Int32Array.from({ length: shape[0] * shape[1] * shape[2] }, () =>
          Math.floor(random() * 1000),
        );
        const bytes = await compressed(pixelsInMemory(pixels, shape), new Header(), { tile });
        const image = openImage(await openFitsFile(memorySource(bytes)));
        expect(await image.read()).toEqual(pixels);
        const region = {
          start: shape.map((length) => Math.floor(length / 3)),
          size: shape.map((length) => Math.ceil(length / 2)),
        };
        expect(await image.read(region)).toEqual(await pixelsInMemory(pixels, shape).read(region));
      }),
      { numRuns: 100 },
    );
  });

  it("costs a region the tiles that it touches, and bands of any size give the image", async () => {
    const pixels = Int16Array.from(rounded(sun(512, 512, 20)));
    const bytes = await compressed(pixelsInMemory(pixels, [512, 512]), new Header(), { tile: [64, 64] });
    let read = 0;
    const counted = {
      byteLength: bytes.length,
      async read(offset: number, length: number) {
        read += length;
        return bytes.subarray(offset, offset + length);
      },
    };
    const image = openImage(await openFitsFile(counted));
    read = 0;
    await image.read({ start: [70, 70], size: [10, 10] });
    // One of 64 tiles, and its row of the table.
    expect(read).toBeLessThan(bytes.length / 40);
    for (const bandBytes of [1, 100_000, 1 << 20]) {
      const bands: number[] = [];
      for await (const band of imageBands(image, bandBytes)) {
        // A band is never lower than a tile, which would be decoded again for the next.
        expect(band.region.size[1]! % 64).toBe(0);
        for (const value of band.pixels) bands.push(Number(value));
      }
      expect(differences(Int16Array.from(bands), pixels)).toEqual([]);
    }
  });

  it("and plain again restores the first header", async () => {
    const file = fitsImageFile(16, [130, 90], valuesOf(16), [
      ["BLANK", -32768],
      ["OBJECT", "'Sun     '"],
    ]);
    const source = await openFitsFile(memorySource(file));
    const bytes = await openFitsFile(
      memorySource(await compressed(openImage(source), source.hdus[0]!.header)),
    );
    const sink = memorySink();
    await writeImage(sink, openImage(bytes), bytes.hdus[1]!.header);
    const [before, after] = [source.hdus[0]!, (await openFitsFile(memorySource(sink.bytes()))).hdus[0]!];
    expect(after.header.cards.map(({ keyword }) => keyword)).toEqual(
      before.header.cards.map(({ keyword }) => keyword),
    );
    for (const { keyword } of before.header.cards)
      expect(after.header.get(keyword)).toEqual(before.header.get(keyword));
  });

  it.skipIf(funpack.missing)(funpack.title("of an image extension is unpacked as an extension"), async () => {
    const pixels = Int32Array.from(valuesOf(32));
    const header = imageHeader({ bitpix: 32, shape: [130, 90], primary: false }).set("EXTNAME", "MAP");
    const bytes = await compressed(pixelsInMemory(pixels, [130, 90]), header);
    const unpacked = await openFitsFile(memorySource(packed(funpack.path, [], bytes)));
    expect(unpacked.hdus.map(({ name }) => name)).toEqual(["", "MAP"]);
    expect(unpacked.hdus[1]!.structure.kind).toBe("image");
    expect(differences(await openImage(unpacked).read(), pixels)).toEqual([]);
  });

  it("refuses Rice of floats and of 64-bit integers, and tiles that do not fit", async () => {
    const floats = pixelsInMemory(Float32Array.of(1, 2), [2]);
    const wide = pixelsInMemory(BigInt64Array.of(1n, 2n), [2]);
    await expect(compressed(floats, new Header())).rejects.toMatchObject({ code: "FITS_UNSUPPORTED" });
    await expect(compressed(wide, new Header())).rejects.toThrow("BITPIX = 64, expected 8, 16 or 32");
    await expect(
      compressed(pixelsInMemory(Int16Array.of(1), [1]), new Header(), { tile: [0] }),
    ).rejects.toMatchObject({ code: "BAD_PARAMETER" });
    await expect(compressed(pixelsInMemory(new Int16Array(0), [0]), new Header())).rejects.toMatchObject({
      code: "BAD_PARAMETER",
    });
  });
});

describe("copying a unit", () => {
  const made = async () => {
    const source = await openFitsFile(memorySource(fitsImageFile(16, [130, 90], valuesOf(16))));
    return openFitsFile(memorySource(await compressed(openImage(source), source.hdus[0]!.header)));
  };

  it("with another header leaves compressed tiles untouched and keeps the DATASUM", async () => {
    const file = await made();
    const hdu = file.hdus[1]!;
    const header = hdu.header.clone().set("T_REC", "2010.05.01_00:00:00.000_TAI", "[TAI] Slot time");
    const pieces: Uint8Array[] = [emptyPrimary().bytes()];
    await copyHdu({ write: async (bytes) => void pieces.push(bytes.slice()) }, file, hdu, header, {
      checksum: true,
    });
    const copy = await openFitsFile(memorySource(Buffer.concat(pieces)));
    expect(await verifySums(copy, copy.hdus[1]!)).toEqual({ datasum: "right", checksum: "right" });
    expect(copy.hdus[1]!.header.text("DATASUM")).toBe(hdu.header.text("DATASUM"));
    expect(copy.hdus[1]!.header.text("T_REC")).toBe("2010.05.01_00:00:00.000_TAI");
    const data = (one: typeof copy) =>
      one.source.read(one.hdus[1]!.dataOffset, one.hdus[1]!.structure.dataBytes);
    expect(Buffer.compare(await data(copy), await data(file))).toBe(0);
  });

  it("without a header is exact, and with one that means other data refused", async () => {
    const file = await made();
    const sink = memorySink();
    for (const hdu of file.hdus) await copyHdu(sink, file, hdu);
    expect(Buffer.from(sink.bytes()).equals(await file.source.read(0, file.source.byteLength))).toBe(true);
    const hdu = file.hdus[1]!;
    for (const [keyword, value] of [
      ["ZCMPTYPE", "GZIP_1"],
      ["ZNAXIS1", 9],
      ["PCOUNT", 1],
    ] as const)
      await expect(
        copyHdu(memorySink(), file, hdu, hdu.header.clone().set(keyword, value)),
      ).rejects.toMatchObject({ code: "BAD_FITS_HEADER" });
  });
});
