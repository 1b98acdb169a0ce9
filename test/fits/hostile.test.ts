import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import {
  DEFAULT_FITS_LIMITS,
  emptyPrimary,
  type FitsLimits,
  Header,
  memorySink,
  memorySource,
  openAsciiTable,
  openFitsFile,
  openImage,
  openTable,
  pixelsInMemory,
  verifySums,
  writeCompressedImage,
  writeTable,
} from "../../fits/index.js";
import { fitsData, fitsHeader, fitsPrimary, fitsTable } from "../support/fits-file.js";
import { fitsImageFile, sequence } from "../support/fits-image.js";

/** Small limits: whatever a damaged file asks for stays cheap. */
const SMALL: FitsLimits = {
  ...DEFAULT_FITS_LIMITS,
  maxCards: 360,
  maxUnits: 20,
  maxArrayBytes: 1 << 20,
  maxTileBytes: 1 << 18,
  maxElements: 10_000,
};

/** Reads all there is. */
async function readAll(bytes: Uint8Array, limits = SMALL): Promise<void> {
  const file = await openFitsFile(memorySource(bytes), limits);
  for (const hdu of file.hdus) {
    hdu.header.bytes();
    await verifySums(file, hdu);
    switch (hdu.structure.kind) {
      case "image":
      case "compressed image":
        await openImage(file, hdu).read();
        break;
      case "binary table": {
        const table = openTable(file, hdu);
        for (const column of table.columns)
          await (column.descriptor === undefined ? table.read(column) : table.readArrays(column));
        break;
      }
      case "ascii table": {
        const table = openAsciiTable(file, hdu);
        for (const column of table.columns) await table.read(column);
        break;
      }
      default:
    }
  }
}

async function failure(
  bytes: Uint8Array,
  limits = SMALL,
): Promise<{ code: string; message: string } | undefined> {
  try {
    await readAll(bytes, limits);
    return undefined;
  } catch (error) {
    if (!isDasError(error)) throw error;
    return { code: error.code, message: error.message };
  }
}

type Cards = (readonly [string, string | number])[];

/** A compressed image of one row, its cards changed by `change`. */
function compressedFile(
  change: Record<string, string | number> = {},
  rows = Buffer.from([0, 0, 0, 3, 0, 0, 0, 0]),
  heap = Buffer.from([0, 7, 0]),
): Buffer {
  const cards: Record<string, string | number> = {
    XTENSION: "'BINTABLE'",
    BITPIX: 8,
    NAXIS: 2,
    NAXIS1: 8,
    NAXIS2: 1,
    PCOUNT: heap.length,
    GCOUNT: 1,
    TFIELDS: 1,
    TTYPE1: "'COMPRESSED_DATA'",
    TFORM1: "'1PB(3)  '",
    ZIMAGE: "                   T",
    ZCMPTYPE: "'RICE_1  '",
    ZBITPIX: 16,
    ZNAXIS: 2,
    ZNAXIS1: 8,
    ZNAXIS2: 1,
    ZNAME1: "'BYTEPIX '",
    ZVAL1: 2,
    ...change,
  };
  return Buffer.concat([
    fitsPrimary(),
    fitsHeader(Object.entries(cards) as Cards),
    fitsData(Buffer.concat([rows, heap])),
  ]);
}

describe("what a file declares is checked, and the message names it", () => {
  const image = (change: Cards) => fitsHeader([["SIMPLE", "                   T"], ...change]);
  it("the compressed file of these tests is right itself", async () => {
    expect(await failure(compressedFile())).toBeUndefined();
    // The same with 64-bit descriptors.
    const wide = Buffer.alloc(16);
    wide.writeBigUInt64BE(3n, 0);
    expect(await failure(compressedFile({ TFORM1: "'1QB(3)  '", NAXIS1: 16 }, wide))).toBeUndefined();
    wide.writeBigUInt64BE(2n ** 63n, 8);
    expect(await failure(compressedFile({ TFORM1: "'1QB(3)  '", NAXIS1: 16 }, wide))).toMatchObject({
      code: "BAD_FITS_DATA",
    });
  });

  it.each<[string, Uint8Array, string, string]>([
    ["no FITS", Buffer.from("hello".padEnd(2880)), "BAD_FILE", "not a FITS file"],
    ["an empty file", Buffer.alloc(0), "BAD_FILE", "not a FITS file"],
    ["no END", fitsImageFile(8, [1], [1]).subarray(0, 2000), "BAD_FILE", "no END card"],
    [
      "cut data",
      fitsImageFile(16, [3000], new Array<number>(3000).fill(0)).subarray(0, 5000),
      "BAD_FILE",
      "declares 6000 bytes of data, 2120 are there",
    ],
    [
      "BITPIX 24",
      image([
        ["BITPIX", 24],
        ["NAXIS", 0],
      ]),
      "BAD_FITS_HEADER",
      "BITPIX = 24",
    ],
    ["no NAXIS", image([["BITPIX", 8]]), "BAD_FITS_HEADER", "NAXIS is missing"],
    [
      "a negative axis",
      image([
        ["BITPIX", 8],
        ["NAXIS", 1],
        ["NAXIS1", -5],
      ]),
      "BAD_FITS_HEADER",
      "NAXIS1 = -5, expected an integer from 0",
    ],
    [
      "an axis that is text",
      image([
        ["BITPIX", 8],
        ["NAXIS", 1],
        ["NAXIS1", "'ten     '"],
      ]),
      "BAD_FITS_HEADER",
      "NAXIS1 = ten",
    ],
    [
      "too many axes",
      image([
        ["BITPIX", 8],
        ["NAXIS", 1000],
      ]),
      "FITS_TOO_LARGE",
      "NAXIS = 1000",
    ],
    [
      "axes beyond every file",
      image([
        ["BITPIX", 64],
        ["NAXIS", 2],
        ["NAXIS1", 9007199254740991],
        ["NAXIS2", 9007199254740991],
      ]),
      "FITS_TOO_LARGE",
      "more bytes than any file",
    ],
    [
      "too many cards",
      Buffer.concat([fitsPrimary().subarray(0, 320), Buffer.alloc(80 * 400, " "), fitsPrimary()]),
      "FITS_TOO_LARGE",
      "more than 360 cards",
    ],
    [
      "too many units",
      Buffer.concat([
        fitsPrimary(),
        ...Array.from({ length: 20 }, () => fitsTable("T", [], 1, Buffer.alloc(0))),
      ]),
      "FITS_TOO_LARGE",
      "more than 20",
    ],
    ["a large image at once", fitsImageFile(8, [2 << 20], []).subarray(0, 2880 + 2880), "BAD_FILE", "cut"],
    ["HCOMPRESS_1", compressedFile({ ZCMPTYPE: "'HCOMPRESS_1'" }), "FITS_UNSUPPORTED", "HCOMPRESS_1"],
    [
      "more tiles than rows",
      compressedFile({ ZNAXIS2: 2 }),
      "BAD_FITS_HEADER",
      "NAXIS2 = 1 in unit 1, its image has 2 tiles",
    ],
    [
      "a tile outside of the heap",
      compressedFile({}, Buffer.from([0, 0, 0, 3, 0, 0, 0, 1])),
      "BAD_FITS_DATA",
      "tile 1 is declared as 3 bytes at 1 of a heap of 3",
    ],
    ["a tile without data", compressedFile({}, Buffer.alloc(8)), "BAD_FITS_DATA", "tile 1 has no data"],
    ["a tile that ends", compressedFile({ ZNAXIS1: 96 }), "BAD_FITS_DATA", "a Rice tile ends at pixel"],
    [
      "pixels that the bytes cannot hold",
      compressedFile({ ZNAXIS1: 60000 }),
      "BAD_FITS_DATA",
      "60000 pixels in 3 compressed bytes",
    ],
    ["a large tile", compressedFile({ ZNAXIS1: 1 << 20 }), "FITS_TOO_LARGE", "tiles of 1048576 x 1 pixels"],
    ["BYTEPIX 3", compressedFile({ ZVAL1: 3 }), "BAD_FITS_HEADER", "BYTEPIX = 3"],
    [
      "a long Rice block",
      compressedFile({ ZNAME1: "'BLOCKSIZE'", ZVAL1: 5000 }),
      "BAD_FITS_HEADER",
      "ZVAL1 = 5000",
    ],
    ["a tile length of 0", compressedFile({ ZTILE1: 0 }), "BAD_FITS_HEADER", "ZTILE1 = 0"],
    ["Rice of floats without a scale", compressedFile({ ZBITPIX: -32 }), "BAD_FITS_DATA", "without ZSCALE"],
    [
      "an unknown dithering",
      compressedFile({ ZBITPIX: -32, ZSCALE: 1, ZQUANTIZ: "'OTHER   '" }),
      "FITS_UNSUPPORTED",
      "ZQUANTIZ = 'OTHER'",
    ],
    [
      "no column of tiles",
      compressedFile({ TTYPE1: "'OTHER   '" }),
      "BAD_FITS_HEADER",
      "COMPRESSED_DATA is missing",
    ],
    [
      "a damaged gzip tile",
      compressedFile({ ZCMPTYPE: "'GZIP_1  '" }),
      "BAD_FITS_DATA",
      "a gzip tile is damaged",
    ],
    [
      "a wide row of tiles",
      compressedFile({ NAXIS1: 70000, NAXIS2: 1 }, Buffer.alloc(70000)),
      "FITS_TOO_LARGE",
      "NAXIS1 = 70000",
    ],
    [
      "columns wider than the row",
      Buffer.concat([fitsPrimary(), fitsTable("T", [["A", "9D"]], 8, Buffer.alloc(8))]),
      "BAD_FITS_HEADER",
      "its columns have 72 bytes",
    ],
    [
      "an unknown form",
      Buffer.concat([fitsPrimary(), fitsTable("T", [["A", "1Y"]], 8, Buffer.alloc(8))]),
      "BAD_FITS_HEADER",
      "TFORM1 = '1Y'",
    ],
    [
      "too many columns",
      Buffer.from(
        Buffer.concat([fitsPrimary(), fitsTable("T", [], 8, Buffer.alloc(8))])
          .toString("latin1")
          .replace(/TFIELDS = {20}0/, `TFIELDS = ${"1000".padStart(20)}`),
        "latin1",
      ),
      "FITS_TOO_LARGE",
      "TFIELDS = 1000",
    ],
    [
      "too many strings",
      Buffer.concat([fitsPrimary(), fitsTable("T", [["A", "20000A1"]], 20000, Buffer.alloc(20000))]),
      "FITS_TOO_LARGE",
      "20000 elements of column A",
    ],
    [
      "an array outside of the heap",
      Buffer.concat([
        fitsPrimary(),
        fitsTable("T", [["A", "1PJ"]], 8, Buffer.from([0, 0, 0, 1, 0, 0, 0, 0])),
      ]),
      "BAD_FITS_DATA",
      "column A of row 1 is declared as 4 bytes at 0 of a heap of 0",
    ],
  ])("%s", async (_, bytes, code, message) => {
    const found = await failure(bytes);
    expect(found?.message).toContain(message);
    expect(found?.code).toBe(code);
  });

  it("an image above the limit is refused whole and read by regions", async () => {
    const file = await openFitsFile(
      memorySource(fitsImageFile(8, [1024, 1025], new Array<number>(1024 * 1025).fill(1))),
      SMALL,
    );
    const image = openImage(file);
    await expect(image.read()).rejects.toMatchObject({ code: "FITS_TOO_LARGE" });
    expect((await image.read({ start: [0, 1000], size: [1024, 25] })).length).toBe(25600);
  });

  it("a field of an ASCII table that is no number, however long, is refused at once", async () => {
    const width = 100_000;
    const header = fitsHeader([
      ["XTENSION", "'TABLE   '"],
      ["BITPIX", 8],
      ["NAXIS", 2],
      ["NAXIS1", width],
      ["NAXIS2", 1],
      ["PCOUNT", 0],
      ["GCOUNT", 1],
      ["TFIELDS", 1],
      ["TBCOL1", 1],
      ["TFORM1", `'F${width}.0'`],
    ]);
    const bytes = Buffer.concat([fitsPrimary(), header, fitsData(Buffer.from(`${"1".repeat(width - 1)}x`))]);
    expect(await failure(bytes)).toMatchObject({ code: "BAD_FITS_DATA" });
  });
});

/** One file with every kind of unit. */
async function zoo(): Promise<Buffer> {
  const random = sequence(5);
  const sink = memorySink();
  await sink.write(emptyPrimary().bytes());
  const pixels = pixelsInMemory(
    Int16Array.from({ length: 600 }, () => Math.floor(random() * 50)),
    [30, 20],
  );
  await writeCompressedImage(sink, pixels, new Header(), { checksum: true });
  await writeCompressedImage(sink, pixels, new Header(), { algorithm: "GZIP_2", tile: [7, 7] });
  await writeTable(
    sink,
    {
      rows: 2,
      columns: [
        { name: "J", form: "2J" },
        { name: "S", form: "6A" },
        { name: "V", form: "1PE" },
        { name: "X", form: "9X" },
      ],
    },
    [
      {
        rows: 2,
        columns: [
          Int32Array.of(1, 2, 3, 4),
          ["a", "b"],
          [Float32Array.of(1), Float32Array.of(2, 3)],
          new Uint8Array(18),
        ],
      },
    ],
  );
  return Buffer.from(sink.bytes());
}

describe("damaged files", () => {
  it("cut anywhere are refused, or read as far as whole units go", async () => {
    const bytes = await zoo();
    for (let length = 0; length < bytes.length; length += 97) {
      const found = await failure(bytes.subarray(0, length));
      if (length < 2880) expect(found, `${length} bytes`).toMatchObject({ code: "BAD_FILE" });
    }
  });

  it("with flipped bits give data or an error of ours, and come back (property)", async () => {
    const bytes = await zoo();
    const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(flips, async (list) => {
        const damaged = Buffer.from(bytes);
        for (const [at, mask] of list) damaged[at]! ^= mask;
        await failure(damaged);
      }),
      { numRuns: 400, interruptAfterTimeLimit: 15_000 },
    );
  }, 30_000);

  it("with any numbers in their structural keywords do as well (property)", async () => {
    const bytes = await zoo();
    const text = bytes.toString("latin1");
    const places = [
      ...text.matchAll(/(?:NAXIS\d?|BITPIX|PCOUNT|GCOUNT|TFIELDS|ZNAXIS\d|ZTILE\d|ZVAL\d|ZBITPIX) *= +/g),
    ].map(({ index }) => index);
    expect(places.length).toBeGreaterThan(30);
    const value = fc.oneof(
      fc.integer({ min: -2, max: 70 }),
      fc.maxSafeInteger(),
      fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 53 - 1),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...places), value), { minLength: 1, maxLength: 3 }),
        async (list) => {
          const damaged = Buffer.from(bytes);
          for (const [at, number] of list) damaged.write(String(number).padStart(20), at + 10, "latin1");
          await failure(damaged);
        },
      ),
      { numRuns: 400, interruptAfterTimeLimit: 15_000 },
    );
  }, 30_000);

  it("random bytes behind a true first card do too (property)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 2880, maxLength: 5760 }), async (noise) => {
        const bytes = Buffer.concat([fitsPrimary().subarray(0, 240), noise]);
        bytes.write("END".padEnd(80), 2800, "latin1");
        await failure(bytes);
      }),
      { numRuns: 100 },
    );
  });
});
