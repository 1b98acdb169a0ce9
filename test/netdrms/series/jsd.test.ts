import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJsd } from "../../../netdrms/series/jsd-parse.js";
import { printJsd } from "../../../netdrms/series/jsd-print.js";
import {
  hasCompression,
  hasScale,
  type KeywordDefinition,
  type SegmentDefinition,
  type SeriesDefinition,
} from "../../../netdrms/series/series-definition.js";
import { EXAMPLE_JSD } from "../../support/jsd-examples.js";
import { codeOf, messageOf } from "../../support/thrown.js";

/** A definition of a name and the given lines behind it. */
const parse = (...lines: string[]): SeriesDefinition =>
  parseJsd(["Seriesname: su_ex.x", "Retention: 1", ...lines].join("\n")).definition;
/** The message for such a definition; the first given line is line 3. */
const problem = (...lines: string[]): string => messageOf(() => parse(...lines));

describe("a series definition file", () => {
  it("gives the definition of the worked example", () => {
    const { definition, warnings } = parseJsd(EXAMPLE_JSD);
    expect(warnings).toEqual([]);
    expect(definition).toEqual({
      name: "su_ex.mag45",
      author: "A. Author",
      owner: "ex",
      unitSize: 16,
      archive: 0,
      retentionDays: 60,
      stagingRetentionDays: 0,
      tapeGroup: 0,
      description: "Example magnetograms",
      createShadow: false,
      primeKeys: ["T_REC", "CAMERA"],
      dbIndex: [],
      links: [{ name: "SRC", targetSeries: "su_ex.lev1", kind: "dynamic", description: "Source image" }],
      keywords: [
        own("T_REC", "time", "ts_eq", "DRMS_MISSING_VALUE", "0", "TAI", "Slot time"),
        own("T_REC_step", "double", "constant", "45.0", "%f", "sec", "Slot width"),
        own("T_REC_epoch", "time", "constant", "1993.01.01_00:00:00_TAI", "0", "TAI", "Slot epoch"),
        own("CAMERA", "int", "variable", "DRMS_MISSING_VALUE", "%d", "none", "Camera"),
        own("QUALITY", "int", "variable", "DRMS_MISSING_VALUE", "0x%08X", "none", "Quality bits"),
        { name: "EXPTIME", link: { link: "SRC", target: "EXPTIME" }, description: "Exposure" },
      ],
      segments: [
        {
          name: "magnetogram",
          scope: "variable",
          type: "int",
          axes: [4096, 4096],
          unit: "Gauss",
          protocol: "fits",
          compression: "compress Rice",
          bzero: 0,
          bscale: 0.1,
          description: "Line-of-sight field",
        },
      ],
    });
  });

  it("takes words in any case or cut short, quotes of both kinds, escapes, blanks and comments", () => {
    const definition = parse(
      "  # comment, with 'a quote",
      "",
      "AUTHOR : 'O'",
      'descr: "a \\"b\\", \'c\' \\\\ \\t."',
      "index:\tA ,'B'",
      "keyw:A,INT,Variable,RECORD,0,%d,'','it, is'  ",
      "KEYWORD: B , string, variable, segment, \"two words\", %s, none, ''",
    );
    expect(definition).toMatchObject({
      description: "a \"b\", 'c' \\ \t.",
      primeKeys: ["A", "B"],
      keywords: [
        { name: "A", type: "int", class: "variable", perSegment: false, unit: "", description: "it, is" },
        { name: "B", type: "string", perSegment: true, defaultText: "two words", description: "" },
      ],
    });
  });

  it("counts the fields of segments by protocol and type", () => {
    const { segments } = parse(
      "Data: a, vardim, float, 2, *, na, K, fits, none, 'no scale'",
      "Data: b, variable, longlong, 1, 7, K, fits, 1, 2, 'no compression'",
      "Data: c, variable, short, 1, 7, K, fitz, 1, 2.5e-3, 'scale alone'",
      "Data: d, variable, char, 0, K, bin.gz, 0, 1, 'no axis'",
      "Data: e, constant, string, 1, NA, '', generic, 'neither'",
      "Data: f, variable, double, 1, 7, K, tas, 'compress Rice 128,192', 'compression alone'",
      "Data: g, link, SRC, image, 2, NA, 4096, 'linked'",
    );
    expect(segments.map(({ axes }) => axes)).toEqual([[0, 0], [7], [7], [], [0], [7], [0, 4096]]);
    expect(
      segments.map((segment) =>
        segment.link ? "linked" : [segment.compression, segment.bzero, segment.bscale],
      ),
    ).toEqual([
      ["none", 0, 1],
      ["", 1, 2],
      ["", 1, 0.0025],
      ["", 0, 1],
      ["", 0, 1],
      ["compress Rice 128,192", 0, 1],
      "linked",
    ]);
  });

  it("takes another archive flag as 0 and says so, and forgets the version", () => {
    const { definition, warnings } = parseJsd("Seriesname: a.b\nArchive: 7\nVersion: 9.9\nCreateShadow: 1");
    expect(definition).toMatchObject({ archive: 0, createShadow: true });
    expect(warnings).toEqual(["Archive is 7, taken as 0; expected -1, 0 or 1"]);
  });

  it("names the line of a part for what is found wrong later", () => {
    const { placeOf } = parseJsd("Seriesname: a.b\nIndex: X\n\nKeyword:X,int,variable,record,0,%d,'',''");
    expect(placeOf("keyword", "x")).toBe("Line 4 \"Keyword:X,int,variable,record,0,%d,'',''\"");
    expect(placeOf("header", "PrimeKeys")).toBe('Line 2 "Index: X"');
    expect(placeOf("segment", "none")).toBe("segment none");
  });

  it.each([
    ["Nonsense", 'Line 3 "Nonsense": expected one of Seriesname, Version,'],
    ["Colour: red", 'Line 3 "Colour: red": unknown word "Colour", expected one of Seriesname,'],
    ["D: x", 'Line 3 "D: x": "D" may be Description or DBIndex, expected the whole word'],
    [
      "Author: A. Author",
      'Line 3 "Author: A. Author": "Author" behind field 1, expected a comma or the end; text with blanks or commas stands in quotes',
    ],
    ["Author: 'A", 'Line 3 "Author: \'A": no end quote of "\'A", expected one in the same line'],
    ["Author: A, B", 'Line 3 "Author: A, B": 2 values, expected one; a text with commas stands in quotes'],
    ["Unitsize: many", 'Line 3 "Unitsize: many": "many", expected a whole number from 0 to 2147483647'],
    [
      "StagingRetention: 32768",
      'Line 3 "StagingRetention: 32768": "32768", expected a whole number from 0 to 32767',
    ],
    ["Retention: 2", 'Line 3 "Retention: 2": repeats line 2, expected one Retention line'],
    [
      "Link: a, b.c, dynamic",
      'Line 3 "Link: a, b.c, dynamic": 3 fields, expected Link: name, series, static or dynamic, "description"',
    ],
    ["Link: a, b.c, soft, x", 'Line 3 "Link: a, b.c, soft, x": kind "soft", expected one of static, dynamic'],
    [
      "Keyword:A, tme, variable, record, 0, 0, TAI, x",
      'type "tme", expected link or one of char, short, int, longlong, float, double, time, string',
    ],
    [
      "Keyword:A, int, index, record, 0, 0, TAI, x",
      'class "index", expected one of constant, variable, ts_eq, ts_slot, slot, enum, carr',
    ],
    ["Keyword:A, int, variable, rec, 0, 0, TAI, x", 'scope "rec", expected one of record, segment'],
    [
      "Keyword:A, int, variable, record, 0, 0, TAI",
      '7 fields, expected Keyword: name, type, class, record or segment, default, format, unit, "description"',
    ],
    [
      "Keyword:A, link, L, T, x, y",
      '6 fields, expected Keyword: name, link, linkname, targetkey, "description"',
    ],
    ["Data: a, variable, int, 17, x", '"17", expected a whole number from 0 to 16'],
    [
      "Data: a, variable, int, 1, *, K, fits, none, 0, 1, x",
      'dimension "*", expected a whole number; only segments of scope vardim or protocol generic leave it open',
    ],
    ["Data: a, variable, int, 1, 7, K, cdf, x", 'protocol "cdf", expected one of generic, fits,'],
    [
      "Data: a, variable, int, 1, 7, K, fits, none, x",
      "2 fields behind the protocol, expected 4: compression, bzero, bscale, description",
    ],
    [
      "Data: a, variable, float, 1, 7, K, fitz, none, x",
      "2 fields behind the protocol, expected 1: description",
    ],
    ["Data: a, variable, int, 1, 7, K, fitz, zero, 1, x", 'bzero "zero", expected a number'],
    [
      "Data: a, variable",
      '2 fields, expected Data: name, scope, type, naxis, dims, unit, protocol[, compression][, bzero, bscale], "description"',
    ],
    ["Author: \u0001", "a control character, expected text"],
  ])("refuses %j with its line and what was expected", (line, message) => {
    expect(problem(line)).toMatch(/^Line 3 "/);
    expect(problem(line)).toContain(message);
    expect(codeOf(() => parse(line))).toBe("BAD_DEFINITION");
  });

  it("refuses line ends of other systems, files without a name, and segments without a retention", () => {
    expect(messageOf(() => parseJsd("Seriesname: a.b\r\n"))).toMatch(
      /^Line 1 has a carriage return, expected lines that end with a line feed alone/,
    );
    expect(messageOf(() => parseJsd("# nothing\n"))).toBe(
      "The definition: no Seriesname line, expected Seriesname: namespace.table",
    );
    expect(messageOf(() => parseJsd("Seriesname: a.b\nData: a, variable, int, 0, K, generic, x"))).toBe(
      "The definition: segments and no Retention line, expected how many days files are kept",
    );
    expect(codeOf(() => parseJsd(`#${"x".repeat(1 << 22)}`))).toBe("BAD_DEFINITION");
    expect(messageOf(() => parseJsd("\n".repeat(60_000)))).toBe("A definition of more than 50000 lines");
  });
});

describe("a damaged definition file", () => {
  it("is a definition or an error that names a line, never anything else", () => {
    const damage = fc.record({
      at: fc.nat(EXAMPLE_JSD.length),
      cut: fc.nat(12),
      text: fc.string({ unit: fc.constantFrom(..."\"',:\\ \t\n#*xX01-."), maxLength: 6 }),
    });
    fc.assert(
      fc.property(damage, ({ at, cut, text }) => {
        const message = messageOf(() =>
          parseJsd(EXAMPLE_JSD.slice(0, at) + text + EXAMPLE_JSD.slice(at + cut)),
        );
        expect(message).toMatch(/^(accepted$|Line \d+ ".*": |The definition: )/);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a printed definition", () => {
  it("has headers of 17 characters and a tab in their order, then links, keywords and segments", () => {
    expect(printJsd(parseJsd(EXAMPLE_JSD).definition)).toBe(
      [
        "#=====General Series Information=====",
        "Seriesname:      \tsu_ex.mag45",
        'Author:          \t"A. Author"',
        "Owner:           \tex",
        "Unitsize:        \t16",
        "Archive:         \t0",
        "Retention:       \t60",
        "StagingRetention:\t0",
        "Tapegroup:       \t0",
        "PrimeKeys:       \tT_REC, CAMERA",
        'Description:     \t"Example magnetograms"',
        "",
        "#=====Links=====",
        'Link: SRC, su_ex.lev1, dynamic, "Source image"',
        "",
        "#=====Keywords=====",
        'Keyword:T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"',
        'Keyword:T_REC_step, double, constant, record, 45.0, %f, sec, "Slot width"',
        'Keyword:T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"',
        'Keyword:CAMERA, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Camera"',
        'Keyword:QUALITY, int, variable, record, DRMS_MISSING_VALUE, 0x%08X, none, "Quality bits"',
        'Keyword:EXPTIME, link, SRC, EXPTIME, "Exposure"',
        "",
        "#=====Segments=====",
        'Data: magnetogram, variable, int, 2, 4096, 4096, "Gauss", fits, "compress Rice", 0, 0.1, "Line-of-sight field"',
        "",
      ].join("\n"),
    );
  });

  it("is read back as it was, whatever its texts", () => {
    fc.assert(
      fc.property(definitions(), (definition) => {
        expect(parseJsd(printJsd(definition)).definition).toEqual(definition);
      }),
      { numRuns: 150 },
    );
  });
});

function own(
  name: string,
  type: "time" | "int" | "double",
  keywordClass: "ts_eq" | "constant" | "variable",
  defaultText: string,
  format: string,
  unit: string,
  description: string,
): KeywordDefinition {
  return { name, type, class: keywordClass, perSegment: false, defaultText, format, unit, description };
}

/** What no text of a definition may have: all control characters but tab and line feed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

function definitions(): fc.Arbitrary<SeriesDefinition> {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
  const series = fc.tuple(name, name).map(([namespace, table]) => `${namespace}.${table}`);
  const text = fc.string({ unit: "binary", maxLength: 12 }).map((raw) => raw.replaceAll(CONTROL, "\\"));
  const days = fc.integer({ min: 0, max: 32_767 });
  const integer = fc.integer({ min: 0, max: 2_147_483_647 });
  const link = fc.record({ link: name, target: name });
  const type = fc.constantFrom("char", "short", "int", "longlong", "float", "double", "time", "string");
  const keyword: fc.Arbitrary<KeywordDefinition> = fc.oneof(
    fc.record({ name, description: text, link }),
    fc
      .record({
        name,
        description: text,
        type,
        class: fc.constantFrom("variable", "constant", "ts_eq", "slot", "enum", "carr", "ts_slot"),
        perSegment: fc.boolean(),
        defaultText: text,
        format: text,
        unit: text,
      } as const)
      // The printed default of a number is never empty.
      .map((own) => ({ ...own, defaultText: own.defaultText || (own.type === "string" ? "" : "0") })),
  );
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  const segment: fc.Arbitrary<SegmentDefinition> = fc.oneof(
    fc.record({ name, description: text, axes: fc.array(integer, { maxLength: 16 }), link }),
    fc
      .record({
        name,
        description: text,
        axes: fc.array(integer, { maxLength: 16 }),
        scope: fc.constantFrom("constant", "variable", "vardim"),
        type: fc.oneof(type, fc.constant("raw" as const)),
        unit: text,
        protocol: fc.constantFrom("generic", "fits", "fitz", "tas", "bin", "bin.gz", "local"),
        compression: text,
        bzero: number,
        bscale: number,
      } as const)
      .map((own) => ({
        ...own,
        compression: hasCompression(own.protocol, own.type) ? own.compression : "",
        bzero: hasScale(own.protocol, own.type) ? own.bzero : 0,
        bscale: hasScale(own.protocol, own.type) ? own.bscale : 1,
      })),
  );
  return fc.record({
    name: series,
    author: text,
    owner: text,
    unitSize: integer,
    archive: fc.constantFrom(-1, 0, 1),
    retentionDays: days,
    stagingRetentionDays: days,
    tapeGroup: integer,
    description: text,
    createShadow: fc.boolean(),
    primeKeys: fc.array(name, { maxLength: 3 }),
    dbIndex: fc.array(name, { maxLength: 3 }),
    links: fc.array(
      fc.record({
        name,
        targetSeries: series,
        kind: fc.constantFrom("static", "dynamic"),
        description: text,
      }),
      { maxLength: 3 },
    ),
    keywords: fc.array(keyword, { maxLength: 4 }),
    segments: fc.array(segment, { maxLength: 4 }),
  });
}
