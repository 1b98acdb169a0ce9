import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnInteger, columnText, tableColumns } from "../../readers/pds3/columns.js";
import { MAX_LABEL_BYTES, odlNumber, odlText, parseOdl } from "../../readers/pds3/odl.js";

describe("parseOdl", () => {
  it("reads numbers, units, symbols, quoted text, lists and pointers", () => {
    const label = parseOdl(`A = 5
      B = -1.5E+3 <KM/S>   /* units */
      C = VG1
      D = "two
           lines"
      E = { "JUPITER", "SOLAR SYSTEM" }
      ^F = ("FILE.DAT", 2)
      G = 16#FF#
      H = 1979-03-01T12:26:11.956Z
      NAMESPACE:I = 'Y'
      END
      J = 1`);
    expect(label.keywords.get("A")).toEqual({ kind: "number", value: 5 });
    expect(label.keywords.get("B")).toEqual({ kind: "number", value: -1500, units: "KM/S" });
    expect(label.keywords.get("C")).toEqual({ kind: "text", text: "VG1", quoted: false });
    expect(odlText(label, "D")).toMatch(/^two\s+lines$/);
    expect(label.keywords.get("E")).toMatchObject({
      kind: "list",
      items: [{ text: "JUPITER" }, { text: "SOLAR SYSTEM" }],
    });
    expect(label.keywords.get("^F")).toMatchObject({ items: [{ text: "FILE.DAT" }, { value: 2 }] });
    expect(odlNumber(label, "G")).toBe(255);
    expect(odlText(label, "H")).toBe("1979-03-01T12:26:11.956Z");
    expect(odlText(label, "NAMESPACE:I")).toBe("Y");
    expect(label.keywords.has("J")).toBe(false);
  });

  it("nests objects and groups", () => {
    const label = parseOdl(
      "OBJECT = T\n ROWS = 2\n OBJECT = C\n  NAME = X\n END_OBJECT\n GROUP = P\n Q = 1\n END_GROUP = P\nEND_OBJECT = T",
    );
    expect(label.objects[0]).toMatchObject({ name: "T", objects: [{ name: "C" }, { name: "P" }] });
    expect(odlNumber(label.objects[0]!, "ROWS")).toBe(2);
    expect(odlText(label.objects[0]!.objects[0]!, "NAME")).toBe("X");
  });

  it.each([
    ["A", /line 1: expected "=" after A/],
    ["A = 1\nB =", /line 2: expected a value/],
    ['A = "open', /not closed/],
    ["A = (1, 2", /expected|unexpected/],
    ["A = (1 2)", /expected "," or "\)"/],
    ["/* open", /comment is not closed/],
    ["A = 5 <KM", /units are not closed/],
    ["OBJECT = T\nA = 1", /END_OBJECT of T is missing/],
    ["OBJECT = T\nEND_OBJECT = U", /END_OBJECT = U ends nothing/],
    ["OBJECT = T\nEND_OBJECT =", /ends nothing/],
    ["END_GROUP = T", /ends nothing/],
    ["OBJECT = T\nEND_GROUP = T", /ends nothing/],
    ["OBJECT = A ".repeat(40), /nested more than 16/],
    [`A = ${"(".repeat(1000)}`, /nested more than 16/],
    ["OBJECT = A END_OBJECT = A ".repeat(10_001), /more than 10000 objects/],
    [" ".repeat(MAX_LABEL_BYTES + 1), /characters, expected at most/],
  ])("refuses %.40j", (text, message) => {
    expect(() => parseOdl(text)).toThrow(
      expect.objectContaining({ code: "BAD_FILE", message: expect.stringMatching(message) }),
    );
  });

  it("gives a label or BAD_FILE for any text", () => {
    const token = fc.constantFrom(
      "OBJECT",
      "END_OBJECT",
      "=",
      "A",
      '"',
      "(",
      ")",
      "{",
      "}",
      "<",
      ">",
      ",",
      "/*",
      "*/",
      "1.5",
      "END",
      "\n",
      " ",
      "^P",
      "'",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(token, fc.string({ maxLength: 3 })), { maxLength: 30 }), (tokens) => {
        try {
          parseOdl(tokens.join(""));
        } catch (error) {
          expect(error).toMatchObject({ code: "BAD_FILE" });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("columns", () => {
  const columns = (text: string, rowBytes = 16) => tableColumns(parseOdl(text), rowBytes);
  const column = (more: string): string => `OBJECT = COLUMN NAME = X ${more} END_OBJECT = COLUMN`;

  it("reads integers of either byte order and sign, items, and text", () => {
    const row = Uint8Array.from([0x01, 0x02, 0xff, 0xfe, 0x41, 0x42]);
    const read = (type: string, start: number, bytes: number, item = 0, more = ""): number =>
      columnInteger(
        row,
        columns(column(`DATA_TYPE = ${type} START_BYTE = ${start} BYTES = ${bytes} ${more}`)).get("X")!,
        item,
      );
    expect(read("MSB_UNSIGNED_INTEGER", 1, 2)).toBe(0x0102);
    expect(read("LSB_UNSIGNED_INTEGER", 1, 2)).toBe(0x0201);
    expect(read("MSB_INTEGER", 3, 2)).toBe(-2);
    expect(read("PC_INTEGER", 3, 2)).toBe(-257);
    expect(read("UNSIGNED_INTEGER", 3, 1)).toBe(255);
    expect(read("MSB_UNSIGNED_INTEGER", 1, 2, 1, "ITEMS = 2")).toBe(0xfffe);
    expect(columnText(row, columns(column("DATA_TYPE = CHARACTER START_BYTE = 5 BYTES = 2")).get("X")!)).toBe(
      "AB",
    );
  });

  it.each([
    ["DATA_TYPE = CHARACTER START_BYTE = 0 BYTES = 2", /START_BYTE = 0/],
    ["DATA_TYPE = CHARACTER START_BYTE = 1", /BYTES = undefined/],
    ["DATA_TYPE = CHARACTER START_BYTE = 10 BYTES = 8", /ends at byte 17/],
    ["DATA_TYPE = CHARACTER START_BYTE = 1 BYTES = 2 ITEMS = 9", /ends at byte 18/],
    ["DATA_TYPE = EBCDIC START_BYTE = 1 BYTES = 2", /EBCDIC/],
  ])("refuses a column with %j", (more, message) => {
    expect(() => columns(column(more))).toThrow(
      expect.objectContaining({ code: "BAD_FILE", message: expect.stringMatching(message) }),
    );
  });
});
