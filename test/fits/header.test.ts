import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import {
  commentaryCards,
  fitsReal,
  formatReal,
  Header,
  memorySource,
  openFitsFile,
  valueCard,
} from "../../fits/index.js";
import { referenceData } from "../support/reference-data.js";

/** A header of the given cards, each written as it is. */
function headerOf(...cards: string[]): Header {
  return Header.parse(bytesOf(...cards));
}

function bytesOf(...cards: string[]): Buffer {
  const text = [...cards, "END"].map((card) => card.padEnd(80)).join("");
  return Buffer.from(text.padEnd(Math.ceil(text.length / 2880) * 2880), "latin1");
}

const KINDS = [
  "SIMPLE  =                    T / conforms to FITS standard",
  "FREE    = F",
  "COUNT   =                  -42 / an integer",
  "BIG     =  9223372036854775807",
  "REAL    =              1.25E-3",
  "DOUBLE  =            -1.5D+003 / Fortran",
  "POINT   =                  45.",
  "PAIR    =          (1.5, -2.0) / complex",
  "NAME    = 'it''s / a name  '   / with a slash",
  "EMPTY   = ''",
  "LEADING = '  two'",
  "MISSING =                      / [Gauss] (MISSING) Mean",
  "NOTHING =",
  "BROKEN  = 'no end",
  "NOTANUM =                  NaN / kept",
  "HIERARCH ESO DET WIN1 NX = 1024 / size",
  "COMMENT = 'this is no value'",
  "HISTORY   made, by hand",
  "        a blank keyword",
  "",
  "NOVALUE   text without an indicator",
  "LONGSTR = 'a long &'           / begins",
  "CONTINUE  'text in ''three'' &' / goes on",
  "CONTINUE  'pieces&'",
  "CONTINUE  '' / ends",
  "AMPER   = 'not continued&'",
  "CONTINUE  no string here",
];

describe("reading cards", () => {
  const header = headerOf(...KINDS);

  it("tells every kind of value (FITS 4.0, 4.2)", () => {
    expect(header.get("SIMPLE")).toEqual({ kind: "logical", value: true });
    expect(header.get("FREE")).toEqual({ kind: "logical", value: false });
    expect(header.integer("COUNT")).toBe(-42);
    expect(header.get("BIG")).toEqual({ kind: "integer", value: 9223372036854775807n });
    expect(header.real("REAL")).toBe(0.00125);
    expect(header.real("DOUBLE")).toBe(-1500);
    expect(header.get("POINT")).toEqual({ kind: "real", value: 45, text: "45." });
    expect(header.get("PAIR")).toMatchObject({ kind: "complex", re: 1.5, im: -2 });
    expect(header.text("NAME")).toBe("it's / a name");
    expect(header.text("EMPTY")).toBe("");
    expect(header.text("LEADING")).toBe("  two");
    expect(header.get("MISSING")).toEqual({ kind: "undefined" });
    expect(header.get("NOTHING")).toEqual({ kind: "undefined" });
    expect(header.get("BROKEN")).toEqual({ kind: "invalid", text: "'no end" });
    expect(header.get("NOTANUM")).toEqual({ kind: "invalid", text: "NaN" });
    expect(header.integer("ESO DET WIN1 NX")).toBe(1024);
  });

  it("tells comments from values", () => {
    expect(header.card("SIMPLE")?.comment).toBe("conforms to FITS standard");
    expect(header.card("NAME")?.comment).toBe("with a slash");
    expect(header.card("MISSING")?.comment).toBe("[Gauss] (MISSING) Mean");
    expect(header.card("ESO DET WIN1 NX")?.comment).toBe("size");
    expect(header.commentary("COMMENT")).toEqual(["= 'this is no value'"]);
    expect(header.commentary("HISTORY")).toEqual(["  made, by hand"]);
    expect(header.commentary("")).toEqual(["a blank keyword", ""]);
    expect(header.commentary("NOVALUE")).toEqual(["  text without an indicator"]);
  });

  it("joins continued strings, and only those", () => {
    expect(header.text("LONGSTR")).toBe("a long text in 'three' pieces");
    expect(header.card("LONGSTR")?.comment).toBe("beginsgoes onends");
    expect(header.card("LONGSTR")?.lines).toHaveLength(4);
    expect(header.text("AMPER")).toBe("not continued&");
    expect(header.commentary("CONTINUE")).toEqual(["  no string here"]);
  });

  it("writes what it read byte for byte, also after an edit that was taken back", () => {
    const bytes = bytesOf(...KINDS);
    // Something behind END that no standard knows.
    bytes.write("junk", 2800);
    const read = Header.parse(bytes);
    expect(Buffer.from(read.bytes()).equals(bytes)).toBe(true);
    const edited = headerOf(...KINDS)
      .set("NEW", 1)
      .remove("NEW");
    expect(Buffer.from(edited.bytes()).equals(bytesOf(...KINDS))).toBe(true);
  });

  it("says which card is of another kind, and what was expected", () => {
    expect(() => header.integer("NAME")).toThrow("NAME = it's / a name, expected an integer");
    expect(() => header.integer("COUNT", 0, 9)).toThrow("COUNT = -42, expected an integer from 0 to 9");
    expect(() => header.text("COUNT")).toThrow("COUNT = -42, expected a string");
    expect(() => header.logical("NOTANUM")).toThrow("NOTANUM = NaN, expected T or F");
    expect(() => header.real("NAME")).toThrow("expected a number");
    expect(header.text("ABSENT")).toBeUndefined();
  });

  it("needs an END", () => {
    expect(() => Header.parse(new Uint8Array(2880).fill(0x20))).toThrow("no END card");
  });
});

describe("editing", () => {
  it("keeps order, comments, their column and the form of the value", () => {
    const header = headerOf(
      "FIRST   =                    1 / one",
      "WIDE    =              1.5D+00          / far to the right",
      "TEXT    = 'abc     '           / a text",
      "REAL    =                  45. / stays real",
      "LAST    =                    T",
    );
    header.set("WIDE", -2.5e10).set("TEXT", "it's").set("REAL", 46).set("FIRST", 12345).set("LAST", false);
    expect(header.toString().split("\n")).toEqual([
      "FIRST   =                12345 / one",
      "WIDE    =        -25000000000.          / far to the right",
      "TEXT    = 'it''s   '           / a text",
      "REAL    =                  46. / stays real",
      "LAST    =                    F",
    ]);
  });

  it("leaves every other card as it is", () => {
    const header = headerOf(...KINDS).set("COUNT", 7);
    const expected = KINDS.map((card) =>
      card.startsWith("COUNT") ? "COUNT   =                    7 / an integer" : card,
    );
    expect(header.toString().split("\n")).toEqual(expected.map((card) => card.trimEnd()));
  });

  it("keeps a short keyword behind HIERARCH and a lower-case one where they are", () => {
    const header = headerOf("HIERARCH GAIN = 1.5 / e", "gain    =                    2");
    expect(header.set("GAIN", 2.5).set("gain", 3).toString()).toBe(
      "HIERARCH GAIN = 2.5 / e\ngain    =                    3",
    );
  });

  it("adds a value beside a comment of the same keyword", () => {
    const header = headerOf("NOTE      only words").set("NOTE", 1);
    expect(header.integer("NOTE")).toBe(1);
    expect(header.set("NOTE", 2).cards.map(({ kind }) => kind)).toEqual(["commentary", "value"]);
  });

  it("puts new cards where it is told", () => {
    const header = headerOf("A       =                    1", "C       =                    3");
    header.set("B", 2, undefined, { after: "A" }).set("Z", 0, "first", { before: "A" }).set("D", 4);
    expect(header.cards.map(({ keyword }) => keyword).join("")).toBe("ZABCD");
  });

  it("cuts comments, continues long strings, and uses HIERARCH for long keywords", () => {
    const text = `${"x".repeat(66)}''${"y".repeat(80)}`;
    const header = new Header()
      .set("LONG", text, "a comment")
      .set("Eso Det Gain", 1.5)
      .set("N", 1, "c".repeat(90));
    const lines = header.toString().split("\n");
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.filter((line) => line.startsWith("CONTINUE"))).toHaveLength(2);
    expect(lines.at(-2)).toBe("HIERARCH Eso Det Gain = 1.5");
    const back = Header.parse(header.bytes());
    expect(back.text("LONG")).toBe(text);
    expect(back.card("LONG")?.comment).toBe("a comment");
    expect(back.real("Eso Det Gain")).toBe(1.5);
    expect(back.card("N")?.comment).toBe("c".repeat(47));
  });

  it("splits commentary at line ends and at 72 characters", () => {
    const header = new Header()
      .addCommentary("HISTORY", `one\n${"z".repeat(75)}\n`)
      .addCommentary("COMMENT", "");
    expect(header.commentary("HISTORY")).toEqual(["one", "z".repeat(72), "zzz", ""]);
    expect(header.cards).toHaveLength(4);
  });

  it("refuses what no card can hold", () => {
    const code = (run: () => void): boolean => {
      try {
        run();
        return false;
      } catch (error) {
        return isDasError(error, "BAD_FITS_HEADER");
      }
    };
    expect(code(() => new Header().set("TAB", "a\tb"))).toBe(true);
    expect(code(() => new Header().set("GREEK", "\u03b1"))).toBe(true);
    expect(code(() => new Header().set("NAN", Number.NaN))).toBe(true);
    expect(code(() => new Header().set("A=B", 1))).toBe(true);
    expect(code(() => new Header().set("END", 1))).toBe(true);
    expect(code(() => new Header().set("x".repeat(70), 1))).toBe(true);
    expect(code(() => new Header().addCommentary("lower", "x"))).toBe(true);
  });
});

describe("the form of exported cards (netdrms-export A5, A6, A12)", () => {
  it("is the worked example's, card by card", () => {
    const header = new Header()
      .set("T_REC", "2010.05.01_00:00:00.000_TAI", "[TAI] Slot time")
      .set("TRECSTEP", fitsReal(45, 17), "[sec] Slot width {T_REC_step}")
      .set("CAMERA", 2, "Camera")
      .set("DATAMEAN", fitsReal(Math.fround(12.3456), 9), "[Gauss] Mean")
      .set("MISSING", undefined, "[Gauss] (MISSING) Mean")
      .set("LICENSE", "CC0 1.0", "CC0 1.0");
    expect(header.toString()).toBe(
      [
        "T_REC   = '2010.05.01_00:00:00.000_TAI' / [TAI] Slot time",
        "TRECSTEP=                  45. / [sec] Slot width {T_REC_step}",
        "CAMERA  =                    2 / Camera",
        "DATAMEAN=           12.3456001 / [Gauss] Mean",
        "MISSING =                      / [Gauss] (MISSING) Mean",
        "LICENSE = 'CC0 1.0 '           / CC0 1.0",
      ].join("\n"),
    );
  });

  // Printed by `printf "%.9G"` and `"%.17G"` of GNU libc, a point added.
  it.each([
    [1, 9, "1."],
    [1e20, 9, "1.E+20"],
    [-1e-5, 9, "-1.E-05"],
    [1e-4, 9, "0.0001"],
    [123456789, 9, "123456789."],
    [1234567890, 9, "1.23456789E+09"],
    [2 ** -13, 9, "0.000122070312"],
    [0.1, 17, "0.10000000000000001"],
    [1e300, 17, "1.0000000000000001E+300"],
    [0, 9, "0."],
    [0.5, undefined, "0.5"],
    [1e21, undefined, "1.E21"],
    [1.5e-7, undefined, "1.5E-7"],
  ] as const)("%d with %s digits is %s", (value, digits, text) => {
    expect(formatReal(value, digits)).toBe(text);
  });
});

it("any value written is read again (property)", () => {
  const text = fc
    .string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      maxLength: 300,
    })
    .map((one) => one.trimEnd());
  const keyword = fc
    .stringMatching(/^[A-Z][A-Z0-9_-]{0,7}$/)
    .filter((one) => !/^(END|COMMENT|HISTORY|CONTINUE|HIERARCH)$/.test(one));
  const value = fc.oneof(
    text,
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(keyword, value, text), { maxLength: 20 }), (cards) => {
      const header = new Header();
      const last = new Map<string, unknown>();
      for (const [key, one, comment] of cards) {
        header.remove(key).set(key, one, comment.slice(0, 20));
        last.set(key, one);
      }
      const bytes = header.bytes();
      const back = Header.parse(bytes);
      for (const [key, one] of last) {
        const got = back.get(key);
        const found = got !== undefined && "value" in got ? got.value : undefined;
        expect(
          typeof found === "bigint" || typeof one === "bigint"
            ? BigInt(found as number) === BigInt(one as number)
            : found === one || (found === 0 && one === 0),
          `${key}: ${String(one)} gave ${String(found)}`,
        ).toBe(true);
      }
      // Rebuilt from its cards it is the same.
      expect(Buffer.from(new Header(back.cards).bytes()).equals(bytes)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

const real = ["sdo/aia_171_level1.fits", "sdo/resampled_hmi.fits", "goes/go1520110607.fits"];
describe.each(real)("the header of %s", (name) => {
  const path = referenceData(name);
  it.skipIf(path === undefined)("is written again as it was, card by card too (reference data)", async () => {
    const bytes = readFileSync(path!);
    const file = await openFitsFile(memorySource(bytes));
    for (const { header, headerOffset, dataOffset } of file.hdus) {
      const stored = bytes.subarray(headerOffset, dataOffset);
      expect(Buffer.from(header.bytes()).equals(stored)).toBe(true);
      expect(Buffer.from(new Header(header.cards).bytes()).equals(stored)).toBe(true);
      // Printing every value anew in its own form keeps its meaning.
      for (const card of header.cards)
        if (card.kind === "value" && card.value.kind !== "invalid")
          expect(new Header([card]).set(card.keyword, card.value).get(card.keyword)).toEqual(card.value);
    }
  });
});

it.skipIf(referenceData("sdo/resampled_hmi.fits") === undefined)(
  "joins the source list of an HMI image (reference data)",
  async () => {
    const file = await openFitsFile(memorySource(readFileSync(referenceData("sdo/resampled_hmi.fits")!)));
    const source = file.hdus[0]!.header.text("SOURCE") ?? "";
    // The program that resampled the image cut the list: the last piece ends in "&" and nothing goes on.
    expect(source).toBe("'hmi.lev1[:#158263685,#158263663,#158263638,#158263710,#158263746,#158&");
  },
);

/** The cards of a listing, 80 characters each. */
function listed(path: string): string[] {
  return readFileSync(path, "latin1")
    .split("\n")
    .filter((line) => line.trim() !== "" && line.trim() !== "END")
    .map((line) => line.slice(0, 80).padEnd(80));
}

const sharp = referenceData("sdo/hmi_sharp_magnetogram.header");
it.skipIf(sharp === undefined)(
  "a header of JSOC is printed as it was exported, from keywords, values and comments (reference data)",
  () => {
    const lines = listed(sharp!);
    const header = headerOf(...lines);
    expect(header.cards.length).toBeGreaterThan(100);
    const printed = header.cards.flatMap((card): readonly string[] =>
      card.kind === "value"
        ? valueCard(card.keyword, card.value, card.comment).lines
        : commentaryCards(card.keyword, card.text).flatMap((one) => one.lines),
    );
    expect(printed).toEqual(lines);
  },
);

const synoptic = referenceData("sdo/hmi_synoptic.header");
it.skipIf(synoptic === undefined)(
  "values set again stand as they stood, in fixed and free format (reference data)",
  () => {
    const lines = listed(synoptic!);
    const header = headerOf(...lines);
    for (const card of header.cards) if (card.kind === "value") header.set(card.keyword, card.value);
    // Short strings are filled up to eight characters.
    const filled = lines.map((line) =>
      line
        .replace(
          /^(.{8}= )'([^']{0,7})' {0,8}/,
          (_, start: string, text: string) => `${start}'${text.padEnd(8)}'`,
        )
        .padEnd(80)
        .slice(0, 80),
    );
    expect(header.cards.flatMap((card) => card.lines)).toEqual(filled);
  },
);
