import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openFits } from "../../fits/fitsjs-adapter.js";
import {
  columnScaling,
  type ElementArray,
  emptyPrimary,
  exactIntegers,
  memorySink,
  memorySource,
  openAsciiTable,
  openFitsFile,
  openTable,
  type PixelArray,
  physicalValues,
  type RowChunk,
  type TableSpec,
  verifySums,
  writeTable,
} from "../../fits/index.js";
import { fitsData, fitsHeader, fitsPrimary, fitsTable } from "../support/fits-file.js";
import { bigEndian } from "../support/fits-image.js";
import { referenceData } from "../support/reference-data.js";

async function tableOf(bytes: Uint8Array) {
  const file = await openFitsFile(memorySource(bytes));
  return openTable(file, file.hdus[1]!);
}

/** One row in the bytes of Node's own writers, of every kind. */
const EVERY_KIND = [
  ["FLAG", "3L", Buffer.from([0x54, 0x46, 0]), Int8Array.of(1, 0, -1)],
  ["BITS", "11X", Buffer.from([0b10100000, 0b01100000]), Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1)],
  ["BYTE", "2B", Buffer.from([0, 255]), Uint8Array.of(0, 255)],
  ["SHORT", "1I", bigEndian(16, [-2]), Int16Array.of(-2)],
  ["INT", "J", bigEndian(32, [-70000]), Int32Array.of(-70000)],
  ["LONG", "1K", bigEndian(64, [2n ** 53n + 1n]), BigInt64Array.of(2n ** 53n + 1n)],
  ["TEXT", "6A", Buffer.from("ab \0zz", "latin1"), ["ab"]],
  ["WORDS", "6A3", Buffer.from("one tw", "latin1"), ["one", " tw"]],
  ["FLOAT", "2E", bigEndian(-32, [1.5, -0.25]), Float32Array.of(1.5, -0.25)],
  ["DOUBLE", "1D", bigEndian(-64, [0.1]), Float64Array.of(0.1)],
  ["COMPLEX", "1C", bigEndian(-32, [1, -2]), Float32Array.of(1, -2)],
  ["DCOMPLEX", "1M", bigEndian(-64, [3, 4]), Float64Array.of(3, 4)],
  ["NONE", "0J", Buffer.alloc(0), new Int32Array(0)],
] as const;

describe("binary tables", () => {
  const row = Buffer.concat(EVERY_KIND.map(([, , bytes]) => bytes));
  const columns = EVERY_KIND.map(([name, form]) => [name, form] as const);

  it("give the values of every kind of column (FITS 4.0, 7.3.3)", async () => {
    const table = await tableOf(
      Buffer.concat([fitsPrimary(), fitsTable("KINDS", columns, row.length, Buffer.concat([row, row]))]),
    );
    expect(table.rows).toBe(2);
    for (const [name, , , values] of EVERY_KIND) {
      const got = await table.read(table.column(name.toLowerCase()), { first: 1 });
      expect(got, name).toEqual(values);
    }
  });

  it("are scaled by TSCAL, TZERO and TNULL as images are", async () => {
    const rows = Buffer.concat([bigEndian(16, [5, -32768]), bigEndian(16, [-32768, 32767])]);
    const table = await tableOf(
      Buffer.concat([
        fitsPrimary(),
        fitsTable(
          "SCALED",
          [
            ["A", "2I"],
            ["B", "2I"],
          ],
          8,
          rows,
          [
            ["TSCAL1", "                 0.5"],
            ["TZERO1", 100],
            ["TNULL1", -32768],
            ["TZERO2", 32768],
          ],
        ),
      ]),
    );
    const read = async (name: string) => (await table.read(table.column(name))) as PixelArray; // integers
    expect([...physicalValues(await read("A"), columnScaling(table.column("A")))]).toEqual([
      102.5,
      Number.NaN,
    ]);
    expect(exactIntegers(await read("B"), columnScaling(table.column("B")))).toEqual(
      Uint16Array.of(0, 65535),
    );
  });

  it("have arrays of variable length in the heap, P and Q, wherever THEAP puts it", async () => {
    const descriptors = Buffer.alloc(2 * 24);
    const put = (at: number, wide: boolean, count: number, offset: number) => {
      if (wide) {
        descriptors.writeBigUInt64BE(BigInt(count), at);
        descriptors.writeBigUInt64BE(BigInt(offset), at + 8);
      } else {
        descriptors.writeUInt32BE(count, at);
        descriptors.writeUInt32BE(offset, at + 4);
      }
    };
    put(0, false, 3, 0);
    put(8, true, 2, 6);
    put(24, false, 0, 99);
    put(32, true, 5, 8);
    const heap = Buffer.concat([bigEndian(16, [1, -2, 3]), Buffer.from("hihello", "latin1")]);
    const header = fitsHeader([
      ["XTENSION", "'BINTABLE'"],
      ["BITPIX", 8],
      ["NAXIS", 2],
      ["NAXIS1", 24],
      ["NAXIS2", 2],
      ["PCOUNT", 10 + heap.length],
      ["GCOUNT", 1],
      ["TFIELDS", 2],
      ["TFORM1", "'1PI(3)  '"],
      ["TFORM2", "'1QA(5)  '"],
      ["THEAP", 58],
    ]);
    const table = await tableOf(
      Buffer.concat([fitsPrimary(), header, fitsData(Buffer.concat([descriptors, Buffer.alloc(10), heap]))]),
    );
    expect(await table.readArrays(table.columns[0]!)).toEqual([Int16Array.of(1, -2, 3), new Int16Array(0)]);
    expect(await table.readArrays(table.columns[1]!)).toEqual(["hi", "hello"]);
    await expect(table.read(table.columns[0]!)).rejects.toMatchObject({ code: "BAD_PARAMETER" });
  });

  it("refuse rows outside, unknown columns, and a wrong kind of column", async () => {
    const table = await tableOf(
      Buffer.concat([fitsPrimary(), fitsTable("T", [["A", "1J"]], 4, Buffer.alloc(12))]),
    );
    await expect(table.read(table.columns[0]!, { first: 2, count: 2 })).rejects.toThrow(
      "2 rows from row 2 of a table of 3",
    );
    await expect(table.readArrays(table.columns[0]!)).rejects.toMatchObject({ code: "BAD_PARAMETER" });
    expect(() => table.column("B")).toThrow('no column "B"');
  });
});

describe("writing tables", () => {
  const spec: TableSpec = {
    name: "MADE",
    rows: 3,
    columns: [
      { name: "N", form: "1J", unit: "count" },
      { name: "U", form: "1I", tzero: 32768 },
      { name: "S", form: "4A" },
      { name: "V", form: "1PE" },
      { name: "W", form: "1QA" },
      { name: "B", form: "1PX" },
    ],
  };
  const chunk = (from: number, rows: number): RowChunk => ({
    rows,
    columns: [
      Int32Array.from({ length: rows }, (_, i) => from + i),
      Int16Array.from({ length: rows }, (_, i) => -from - i),
      Array.from({ length: rows }, (_, i) => `r${from + i}`),
      Array.from({ length: rows }, (_, i) => new Float32Array(from + i).fill(1.5)),
      Array.from({ length: rows }, (_, i) => "x".repeat(2 * (from + i))),
      Array.from({ length: rows }, (_, i) =>
        Uint8Array.from({ length: 9 * (from + i) }, (_, bit) => bit % 2),
      ),
    ],
  });

  it("in any chunks gives the same file, which is read again", async () => {
    const written = async (chunks: RowChunk[]): Promise<Uint8Array> => {
      const sink = memorySink();
      await sink.write(emptyPrimary().bytes());
      await writeTable(sink, spec, chunks, { checksum: true });
      return sink.bytes();
    };
    const bytes = await written([chunk(0, 3)]);
    const file = await openFitsFile(memorySource(bytes));
    expect(await verifySums(file, file.hdus[1]!)).toEqual({ datasum: "right", checksum: "right" });
    const table = openTable(file, file.hdus[1]!);
    expect(table.columns.map(({ unit }) => unit)[0]).toBe("count");
    expect(table.hdu.header.text("TFORM4")).toBe("1PE(2)");
    expect(await table.read(table.column("N"))).toEqual(Int32Array.of(0, 1, 2));
    expect(await table.read(table.column("S"))).toEqual(["r0", "r1", "r2"]);
    expect(await table.readArrays(table.column("V"))).toEqual(chunk(0, 3).columns[3]);
    expect(await table.readArrays(table.column("W"))).toEqual(chunk(0, 3).columns[4]);
    expect(await table.readArrays(table.column("B"))).toEqual(chunk(0, 3).columns[5]);
    // The order of the arrays in the heap follows the chunks; what the table says does not.
    const other = await openFitsFile(memorySource(await written([chunk(0, 1), chunk(1, 2)])));
    const again = openTable(other, other.hdus[1]!);
    for (const column of again.columns)
      expect(
        column.descriptor === undefined ? await again.read(column) : await again.readArrays(column),
      ).toEqual(column.descriptor === undefined ? await table.read(column) : await table.readArrays(column));
  });

  it("of fixed columns needs no sink that takes patches; any values come back (property)", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.double(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.boolean())),
        async (rows) => {
          const pieces: Uint8Array[] = [emptyPrimary().bytes()];
          const columns: ElementArray[] = [
            Float64Array.from(rows, ([value]) => value),
            BigInt64Array.from(rows, ([, value]) => value),
            Int8Array.from(rows, ([, , value]) => (value ? 1 : 0)),
          ];
          const made = {
            rows: rows.length,
            columns: [
              { name: "D", form: "D" },
              { name: "K", form: "1K" },
              { name: "L", form: "L" },
            ],
          };
          await writeTable({ write: async (bytes) => void pieces.push(bytes.slice()) }, made, [
            { rows: rows.length, columns },
          ]);
          const table = await tableOf(Buffer.concat(pieces));
          for (const [i, column] of columns.entries())
            expect(await table.read(table.columns[i]!)).toEqual(column);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("refuses what does not fit", async () => {
    const bad = (columns: TableSpec["columns"], chunk: RowChunk, rows = 1) =>
      expect(writeTable(memorySink(), { rows, columns }, [chunk])).rejects;
    await bad([{ name: "A", form: "1J" }], { rows: 1, columns: [Int16Array.of(1)] }).toThrow(
      "numbers of 2 bytes in column A",
    );
    await bad([{ name: "A", form: "1J" }], { rows: 1, columns: [Int32Array.of(1, 2)] }).toThrow(
      "2 values in column A, expected 1",
    );
    await bad([{ name: "A", form: "2A" }], { rows: 1, columns: [["abc"]] }).toThrow("a text of 3 characters");
    await bad([{ name: "A", form: "1J" }], { rows: 1, columns: [Int32Array.of(1)] }, 2).toThrow(
      "1 rows for a table of 2",
    );
    await bad([{ name: "A", form: "9Z" }], { rows: 1, columns: [[]] }).toMatchObject({
      code: "BAD_FITS_HEADER",
    });
  });
});

it("ASCII tables give texts and numbers in any form (FITS 4.0, 7.2)", async () => {
  const rows = [
    "abc     12   1.5 0.25D+02 12345",
    "d       -7  NULL  -2.5E-1   -25",
    "                          +1-02  7",
  ].map((row) => row.padEnd(32).slice(0, 32));
  const header = fitsHeader([
    ["XTENSION", "'TABLE   '"],
    ["BITPIX", 8],
    ["NAXIS", 2],
    ["NAXIS1", 32],
    ["NAXIS2", 3],
    ["PCOUNT", 0],
    ["GCOUNT", 1],
    ["TFIELDS", 5],
    ["TBCOL1", 1],
    ["TFORM1", "'A4      '"],
    ["TBCOL2", 5],
    ["TFORM2", "'I6      '"],
    ["TBCOL3", 11],
    ["TFORM3", "'F6.2    '"],
    ["TNULL3", "'NULL    '"],
    ["TBCOL4", 17],
    ["TFORM4", "'D9.2    '"],
    ["TBCOL5", 27],
    ["TFORM5", "'F6.3    '"],
    ["TSCAL5", 2],
    ["TZERO5", 1],
    ["TTYPE1", "'NAME    '"],
  ]);
  const file = await openFitsFile(
    memorySource(Buffer.concat([fitsPrimary(), header, fitsData(Buffer.from(rows.join(""), "latin1"))])),
  );
  const table = openAsciiTable(file, file.hdus[1]!);
  expect(table.columns[0]!.name).toBe("NAME");
  const read = (i: number) => table.read(table.columns[i]!);
  expect(await read(0)).toEqual(["abc", "d", ""]);
  expect([...(await read(1))]).toEqual([12, -7, 0]);
  expect([...(await read(2))]).toEqual([1.5, Number.NaN, 0]);
  expect([...(await read(3))].slice(0, 2)).toEqual([25, -0.25]);
  // 12345 without a point and with three places is 12.345, scaled 2 x + 1.
  expect([...(await read(4))].slice(0, 2)).toEqual([2 * 12.345 + 1, 2 * -0.025 + 1]);
  await expect(table.read(table.columns[1]!, { first: 3, count: 1 })).rejects.toMatchObject({
    code: "BAD_PARAMETER",
  });
});

const goes = referenceData("goes/go1520110607.fits");
describe("a day of GOES X-ray fluxes", () => {
  it.skipIf(goes === undefined)("is what fitsjs reads (reference data)", async () => {
    const bytes = readFileSync(goes!);
    const file = await openFitsFile(memorySource(bytes));
    const units = await openFits({
      name: "goes",
      size: bytes.length,
      read: async (into, position) => void into.set(bytes.subarray(position, position + into.length)),
    });
    expect(file.hdus.map(({ name }) => name)).toEqual(units.map(({ name }) => name));
    let compared = 0;
    for (const [i, unit] of units.entries()) {
      if (unit.table === undefined) continue;
      const table = openTable(file, file.hdus[i]!);
      expect(table.rows).toBe(unit.table.rows);
      expect(table.columns.map(({ name }) => name)).toEqual(unit.table.columns);
      for (const row of [0, table.rows - 1]) {
        const theirs = await unit.table.row(row);
        for (const column of table.columns) {
          const ours = await table.read(column, { first: row, count: 1 });
          const value = theirs[column.name];
          const expected =
            Array.isArray(value) || ArrayBuffer.isView(value) ? [...(value as Iterable<unknown>)] : [value];
          if (column.type === "A") expect(ours[0]).toBe(String(value).replace(/\0.*$/s, "").trimEnd());
          else expect([...ours]).toEqual(expected);
          compared += ours.length;
        }
      }
    }
    // 42177 times and two channels of as many fluxes.
    expect(compared).toBeGreaterThan(100_000);
  });
});
