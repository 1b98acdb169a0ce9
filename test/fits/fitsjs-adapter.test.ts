import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DasError } from "../../errors/das-error.js";
import { type FitsSource, openFits } from "../../fits/fitsjs-adapter.js";
import { fitsData, fitsHeader, fitsPrimary, fitsTable } from "../support/fits-file.js";
import { referenceData } from "../support/reference-data.js";

function source(bytes: Uint8Array, name = "file"): FitsSource {
  return {
    name,
    size: bytes.length,
    async read(into, position) {
      if (position + into.length > bytes.length) throw new DasError("BAD_FILE", `${name} ends before`);
      into.set(bytes.subarray(position, position + into.length));
    },
  };
}

/** Two rows of an int32, a double, three floats and five characters: 4 + 8 + 12 + 5 bytes. */
function smallTable(): Buffer {
  const rows = Buffer.alloc(2 * 29);
  for (const row of [0, 1]) {
    const at = 29 * row;
    rows.writeInt32BE(-7 - row, at);
    rows.writeDoubleBE(1.25 * (row + 1), at + 4);
    for (const i of [0, 1, 2]) rows.writeFloatBE(0.5 * i + row, at + 12 + 4 * i);
    rows.write("abc  ", at + 24, "latin1");
  }
  const columns = [
    ["COUNT", "1J"],
    ["TIME", "D"],
    ["FLUX", "3E"],
    ["NAME", "5A"],
  ] as const;
  return Buffer.concat([fitsPrimary([["TELESCOP", "'GOES 15 '"]]), fitsTable("SMALL", columns, 29, rows)]);
}

describe("openFits", () => {
  it("gives units, cards and rows", async () => {
    const units = await openFits(source(smallTable()));
    expect(units.map((unit) => [unit.name, unit.table?.rows])).toEqual([
      ["", undefined],
      ["SMALL", 2],
    ]);
    expect(units[0]!.card("TELESCOP")).toBe("GOES 15");
    expect(units[0]!.card("NONE")).toBeUndefined();
    expect(units[1]!.table!.columns).toEqual(["COUNT", "TIME", "FLUX", "NAME"]);
    expect(await units[1]!.table!.row(1)).toEqual({ COUNT: -8, TIME: 2.5, FLUX: [1, 1.5, 2], NAME: "abc" });
    expect(await units[1]!.table!.row(0)).toEqual({ COUNT: -7, TIME: 1.25, FLUX: [0, 0.5, 1], NAME: "abc" });
    await expect(units[1]!.table!.row(2)).rejects.toMatchObject({ code: "BAD_FILE" });
  });

  it("answers several rows asked for at once", async () => {
    const table = (await openFits(source(smallTable())))[1]!.table!;
    const rows = await Promise.all([table.row(0), table.row(1), table.row(0)]);
    expect(rows.map((row) => row.COUNT)).toEqual([-7, -8, -7]);
  });

  it("looks past special records after the last unit", async () => {
    const units = await openFits(source(Buffer.concat([smallTable(), Buffer.alloc(2880, 0x20)])));
    expect(units.length).toBe(2);
  });

  it("gives an error and comes back for a file cut at any place", async () => {
    const whole = smallTable();
    for (let length = 0; length < whole.length; length += 97) {
      const outcome = await openFits(source(whole.subarray(0, length))).catch((error) => error);
      // A cut between two units leaves a file that is whole, only shorter.
      if (length === 2880) expect(outcome.length).toBe(1);
      else expect(outcome).toMatchObject({ code: "BAD_FILE" });
    }
  });

  it("gives an error for what is no FITS file", async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.alloc(28_800),
      Buffer.from("hello".repeat(2000)),
      Buffer.alloc(5760, 0x45),
    ])
      await expect(openFits(source(bytes))).rejects.toMatchObject({ code: "BAD_FILE" });
  });

  const extension = (cards: readonly (readonly [string, string | number])[]): Buffer =>
    Buffer.concat([
      fitsPrimary(),
      fitsHeader([["XTENSION", "'BINTABLE'"], ["BITPIX", 8], ...cards]),
      Buffer.alloc(2880),
    ]);

  it.each([
    [
      "no axes length",
      extension([
        ["NAXIS", 2],
        ["NAXIS1", 10],
      ]),
      /NAXIS2 = \(missing\)/,
    ],
    [
      "a negative length",
      extension([
        ["NAXIS", 1],
        ["NAXIS1", -10],
      ]),
      /NAXIS1 = -10/,
    ],
    [
      "a giant length",
      extension([
        ["NAXIS", 2],
        ["NAXIS1", 9_007_199_254_740_991],
        ["NAXIS2", 1000],
      ]),
      /larger than any file|cut/,
    ],
    [
      "a length that is no number",
      extension([
        ["NAXIS", 1],
        ["NAXIS1", "'ten'"],
      ]),
      /NAXIS1/,
    ],
    [
      "a strange BITPIX",
      extension([
        ["NAXIS", 0],
        ["BITPIX", 7],
      ]),
      /BITPIX = 7/,
    ],
    [
      "random groups",
      extension([
        ["NAXIS", 2],
        ["NAXIS1", 0],
        ["NAXIS2", 4],
        ["GROUPS", "T"],
      ]),
      /random groups/,
    ],
    [
      "several groups",
      extension([
        ["NAXIS", 1],
        ["NAXIS1", 4],
        ["GCOUNT", 3],
      ]),
      /GCOUNT = 3/,
    ],
  ])("refuses a unit with %s", async (_, bytes, message) => {
    await expect(openFits(source(bytes))).rejects.toMatchObject({
      code: "BAD_FILE",
      message: expect.stringMatching(message),
    });
  });

  it("refuses more cards than fitsjs reads, and cards after END", async () => {
    const many = fitsHeader([
      ["SIMPLE", "T"],
      ...Array.from({ length: 700 }, (_, i) => [`K${i}`, i] as const),
    ]);
    await expect(openFits(source(many))).rejects.toMatchObject({
      message: expect.stringContaining("600 cards"),
    });
    const after = fitsPrimary();
    after.write("LATE    = 1", 80 * 30, "latin1");
    await expect(openFits(source(after))).rejects.toMatchObject({
      message: expect.stringContaining("after END"),
    });
  });

  it("refuses cards that fitsjs would find after END or behind blanks, and reads as another length", async () => {
    const after = fitsTable("T", [["A", "1J"]], 4, Buffer.alloc(4));
    after.write(" NAXIS1 = 99999", 80 * 30, "latin1");
    const indented = fitsHeader([
      ["XTENSION", "'BINTABLE'"],
      ["BITPIX", 8],
      ["NAXIS", 2],
      ["NAXIS1", 4],
      ["NAXIS2", 1],
      [" NAXIS1", 99_999],
    ]);
    for (const extension of [after, Buffer.concat([indented, Buffer.alloc(2880)])])
      await expect(openFits(source(Buffer.concat([fitsPrimary(), extension])))).rejects.toMatchObject({
        code: "BAD_FILE",
      });
  });

  it("comes back from any file, whatever its cards say", async () => {
    const whole = smallTable();
    const cards = [
      "NAXIS   =",
      "NAXIS1  =",
      " NAXIS2 =",
      "BITPIX  =",
      "PCOUNT  =",
      "GCOUNT  =",
      "TFIELDS =",
      "END      ",
      "END",
      "XTENSION= 'IMAGE'",
      "COMMENT =",
      "toString=",
    ];
    const values = ["0", "1", "-1", "2880", "1e3", "T", "'x'", "99999999999999999999", "", "3 / c"];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(71), fc.constantFrom(...cards), fc.constantFrom(...values)), {
          maxLength: 4,
        }),
        fc.array(fc.tuple(fc.nat(5759), fc.nat(255)), { maxLength: 3 }),
        async (changes, flips) => {
          const bytes = Buffer.from(whole);
          for (const [card, key, value] of changes)
            bytes.write(`${key} ${value}`.padEnd(80).slice(0, 80), 80 * card, "latin1");
          for (const [at, value] of flips) bytes[at] = value;
          const inner = source(bytes);
          let reads = 0;
          const counted: FitsSource = {
            ...inner,
            read: (into, position) => {
              if (++reads > 300) throw new Error("reads without end");
              return inner.read(into, position);
            },
          };
          const outcome = await openFits(counted).catch((error) => error);
          expect(reads).toBeLessThan(300);
          if (!Array.isArray(outcome)) expect(outcome).toMatchObject({ code: "BAD_FILE" });
        },
      ),
      { numRuns: 500 },
    );
  });

  it("turns what fitsjs throws from its callbacks into an error of the promise", async () => {
    const compressed = Buffer.concat([
      fitsPrimary(),
      fitsTable("PIXELS", [["DATA", "1J"]], 4, Buffer.alloc(4), [
        ["ZIMAGE", "T"],
        ["ZCMPTYPE", "'GZIP_2'"],
      ]),
    ]);
    await expect(openFits(source(compressed))).rejects.toMatchObject({
      code: "BAD_FILE",
      message: expect.stringContaining("GZIP_2"),
    });
    const tooFew = Buffer.concat([fitsPrimary(), fitsTable("T", [["A", "?"]], 4, Buffer.alloc(4))]);
    await expect(openFits(source(tooFew))).rejects.toMatchObject({ code: "BAD_FILE" });
  });

  it.each([
    ["a kind that fitsjs decodes wrong", [["A", "1K"]], /TFORM "1K"/],
    ["columns that do not fill the row", [["A", "1J"]], /columns have 4 bytes, NAXIS1 = 8/],
    ["a repeat count beyond the row", [["A", "99999D"]], /NAXIS1 = 8/],
    ["more values than fit into memory with ease", [["A", "999999999D"]], /999999999 values/],
    [
      "nothing in a column",
      [
        ["A", "0J"],
        ["B", "2J"],
      ],
      /TFORM "0J"/,
    ],
  ] as const)("refuses rows with %s", async (_, columns, message) => {
    const bytes = Buffer.concat([fitsPrimary(), fitsTable("T", columns, 8, Buffer.alloc(8))]);
    const [, unit] = await openFits(source(bytes));
    await expect(unit!.table!.row(0)).rejects.toMatchObject({
      code: "BAD_FILE",
      message: expect.stringMatching(message),
    });
  });

  it("passes on an error of the source while a row is read", async () => {
    const bytes = smallTable();
    const flaky = source(bytes);
    let broken = false;
    const units = await openFits({
      ...flaky,
      read: (into, position) =>
        broken ? Promise.reject(new Error("disk gone")) : flaky.read(into, position),
    });
    broken = true;
    await expect(units[1]!.table!.row(0)).rejects.toMatchObject({ code: "BAD_FILE" });
    broken = false;
    expect((await units[1]!.table!.row(0)).COUNT).toBe(-7);
  });

  it("reads only what it needs: headers, and the rows that are asked for", async () => {
    const big = Buffer.concat([
      fitsPrimary(),
      fitsTable("BIG", [["A", "1000D"]], 8000, Buffer.alloc(8000 * 100)),
      fitsData(Buffer.alloc(0)),
    ]);
    const whole = source(big);
    let read = 0;
    const units = await openFits({
      ...whole,
      read: (into, position) => {
        read += into.length;
        return whole.read(into, position);
      },
    });
    await units[1]!.table!.row(57);
    expect(read).toBeLessThan(50_000);
  });
});

const goes = referenceData("goes/go1520110607.fits");
describe.skipIf(goes === undefined)("openFits on a file of the archive (reference data goes/)", () => {
  it("finds the three tables and says the same of them as their headers do", async () => {
    const units = await openFits(source(readFileSync(goes!)));
    expect(units.map((unit) => unit.name)).toEqual(["", "EDGES", "FLUXES", "STATUS"]);
    expect(await units[1]!.table!.row(0)).toEqual({ EDGES: [1, 8, 0.5, 4] });
    expect([units[0]!.card("DATE-OBS"), units[2]!.card("TIMEZERO")]).toEqual(["07/06/2011", 55_719]);
  });
});
