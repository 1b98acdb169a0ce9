import { describe, expect, it } from "vitest";
import { Header } from "../../../fits/header.js";
import { completeHeader } from "../../../netdrms/export/export-header.js";
import { type ExportKeyword, keywordCards } from "../../../netdrms/export/keyword-cards.js";
import { mapClass, readKeywordMap } from "../../../netdrms/export/keyword-map.js";
import { MISSING_TIME } from "../../../netdrms/times/missing-time.js";
import { keyword, valued } from "./keyword.js";

const EXPORTER = {
  recnum: 1041n,
  drmsId: "su_ex.mag45:1041:magnetogram",
  primeKeys: ["T_REC", "CAMERA"],
  license: "CC0 1.0",
};

/** The cards of some keywords as they stand in a header, without the exporter's own. */
function lines(keywords: readonly ExportKeyword[], segment?: number): string[] {
  const header = new Header();
  completeHeader(header, keywordCards(keywords, segment).cards, EXPORTER);
  const all = header.toString().split("\n");
  return all.slice(
    0,
    all.findIndex((line) => line.startsWith("RECNUM")),
  );
}

describe("the header of an exported record", () => {
  it("is that of the worked example", () => {
    const header = new Header()
      .set("BLANK", -2147483648)
      .set("BZERO", { kind: "real", value: 0, text: "0." })
      .set("BSCALE", 0.1);
    const { cards, warnings } = keywordCards(
      [
        valued(keyword("cparms_sg000", "string", { implicit: true }), "compress Rice"),
        valued(keyword("magnetogram_bscale", "double", { implicit: true }), 0.1),
        // 2010.05.01 and 1993.01.01 TAI, 2010.05.02_10:00:00 UTC: netdrms 8, 1.6, 5.1 (34 leap seconds).
        valued(keyword("T_REC", "time", { unit: "TAI", description: "Slot time" }), 1051747200),
        valued(keyword("T_REC_index", "longlong", { implicit: true, class: "index" }), 12151680n),
        valued(keyword("T_REC_step", "double", { unit: "sec", description: "Slot width" }), 45),
        valued(keyword("T_REC_epoch", "time", { unit: "TAI", description: "Slot epoch" }), 504921600),
        valued(keyword("CAMERA", "int", { description: "Camera" }), 2),
        valued(keyword("QUALITY", "int", { unit: "", description: "Quality bits" }), 0),
        valued(
          keyword("DATAMEAN", "float", { unit: "Gauss", description: "Mean - average of finite pixels" }),
          Math.fround(12.3456),
        ),
        valued(keyword("CRPIX1", "float", { unit: "pixels", description: "Reference pixel" }), Number.NaN),
        valued(
          keyword("DATE", "time", { unit: "ISO", description: "Creation time" }),
          1051747234 + 86_400 + 36_000,
        ),
        valued(
          keyword("EXPTIME", "float", { description: "Exposure", unit: "" }),
          2,
          keyword("EXPTIME", "float", { unit: "s" }),
        ),
      ],
      0,
    );
    completeHeader(header, cards, EXPORTER);
    expect(warnings).toEqual([]);
    const text = header.toString().split("\n");
    expect(text.slice(0, -3)).toEqual([
      "BLANK   =          -2147483648",
      "BZERO   =                   0.",
      "BSCALE  =                  0.1",
      "T_REC   = '2010.05.01_00:00:00.000_TAI' / [TAI] Slot time",
      "TRECSTEP=                  45. / [sec] Slot width {T_REC_step}",
      "TRECEPOC= '1993.01.01_00:00:00.000_TAI' / [TAI] Slot epoch {T_REC_epoch}",
      "CAMERA  =                    2 / Camera",
      "QUALITY =                    0 / Quality bits",
      "DATAMEAN=           12.3456001 / [Gauss] Mean",
      "CRPIX1  =                   0. / [pixels] Reference pixel",
      "DATE    = '2010-05-02T10:00:00.000' / [ISO] Creation time",
      "EXPTIME =                   2. / [s] Exposure",
      "RECNUM  =                 1041 / Recnum",
      "DRMS_ID = 'su_ex.mag45:1041:magnetogram' / DRMS ID",
      "PRIMARYK= 'T_REC, CAMERA'      / DRMS primary key",
    ]);
    expect(text.at(-3)).toBe("LICENSE = 'CC0 1.0 '           / CC0 1.0");
    expect(text.at(-2)).toMatch(/^HEADSUM = '[0-9A-Za-z]{16}' {3}\/ Keyword checksum$/);
    expect(text.at(-1)).toMatch(/^LONGSTRN= 'OGIP 1.0'/);
  });

  it("says that a value is missing, except in coordinates and DATE", () => {
    expect(
      lines([
        valued(keyword("DATAMEAN", "float", { unit: "Gauss", description: "Mean - of pixels" }), Number.NaN),
        valued(keyword("BLD_VERS", "int", { description: "Build" }), -2147483648),
        valued(keyword("T_OBS", "time", { unit: "TAI", description: "When" }), MISSING_TIME),
        valued(keyword("DOC", "string", { description: "Text" }), ""),
        valued(keyword("BIG", "double", { description: "Large" }), Number.POSITIVE_INFINITY),
        valued(keyword("DATE", "time", { unit: "ISO" }), MISSING_TIME),
        valued(keyword("DATE__OBS", "time", { unit: "ISO", description: "[DATE-OBS] Mid" }), MISSING_TIME),
        valued(keyword("CDELT1", "double"), Number.NaN),
        valued(keyword("CRVAL1", "float"), Number.NaN),
      ]),
    ).toEqual([
      "DATAMEAN=                      / [Gauss] (MISSING) Mean",
      "BLD_VERS=                      / (MISSING) Build",
      "T_OBS   =                      / [TAI] (MISSING) When",
      "DOC     =                      / (MISSING) Text",
      "BIG     =                      / (MISSING) Large",
      "DATE-OBS=                      / [ISO] (MISSING) Mid {DATE__OBS}",
      "CDELT1  =                   1.",
      "CRVAL1  =                   0.",
    ]);
  });

  it.each([
    ["T_REC_step", "", "TRECSTEP"],
    ["T_REC_epoch", "", "TRECEPOC"],
    ["calibration_version", "", "CALIBRAT"],
    ["DATE__OBS", "", "DATEOBS"],
    ["DATE__OBS", "[DATE-OBS] observed", "DATE-OBS"],
    ["QUALLEV1x", "[QUAL_L1:INTEGER] level 1", "QUAL_L1"],
    ["camera_id", "[lower] not usable", "CAMERAID"],
    ["camera_id", "[CAM:OTHER] ignored", "CAMERAID"],
    ["DATAMEAN_000", "", "DATAMEAN"],
    ["RMS_000", "", "RMS_000"],
    ["BITPIX_like", "", "BITPIXLI"],
    ["naxis_1", "", "NAXIS_1"],
    ["bit_pix__", "", "_BITPIX"],
  ])("gives %s with the description %j the name %s", (name, description, fitsName) => {
    const one =
      name === "DATE__OBS"
        ? keyword(name, "time", { unit: "ISO", description })
        : keyword(name, "int", { description, ...(/_000$/.test(name) ? { segment: 0 } : {}) });
    expect(
      lines([valued(one, 7)], 0)[0]
        ?.slice(0, 8)
        .trimEnd(),
    ).toBe(fitsName);
  });

  it("asks the caller's map first, then its class, and skips names that are not usable", () => {
    const { map, warnings } = readKeywordMap("# map\nRMS2 DATARMS\n\nlower,T_REC\nONE\nRMS3\tDATARMS\n");
    expect(warnings).toEqual(['keyword map, line 5: "ONE", expected two names']);
    const names = keywordCards(
      [
        valued(keyword("DATARMS", "int"), 1),
        valued(keyword("T_REC", "int"), 1),
        valued(keyword("longitude_pole_gng", "int"), 1),
      ],
      undefined,
      { map, mapClass: mapClass("gng") },
    ).cards.map(({ name }) => name);
    expect(names).toEqual(["RMS3", "T_REC", "LONPOLE"]);
  });

  it("leaves out what describes the image, under its own name or through a bracket", () => {
    const keywords = ["BZERO", "naxis2", "TFORM3", "ZCMPTYPE", "PrimeKeyString", "CONTINUE"].map((name) =>
      valued(keyword(name, "int"), 1),
    );
    expect(
      lines([...keywords, valued(keyword("x1", "int", { description: "[BITPIX] smuggled" }), 1)]),
    ).toEqual(["X1      =                    1 / smuggled"]);
  });

  it("writes the per-segment keywords of the exported segment only", () => {
    const of = (segment: number) =>
      valued(keyword(`DATAMEAN_00${segment}`, "int", { segment, description: "Mean" }), segment);
    expect(lines([of(0), of(1)], 1)).toEqual(["DATAMEAN=                    1 / Mean {DATAMEAN_001}"]);
  });

  it("casts where the description asks for it", () => {
    const cast = (type: "int" | "float" | "double" | "string" | "time", to: string, value: number | string) =>
      lines([
        valued(keyword("A", type, { description: `[A:${to}]`, format: "%.2f", unit: "TAI" }), value),
      ])[0];
    expect(cast("float", "INTEGER", 12.75)).toBe("A       =                   12 / [TAI]");
    expect(cast("int", "FLOAT", 3)).toBe("A       =                   3. / [TAI]");
    expect(cast("double", "STRING", 2.5)).toBe("A       = '2.50    '           / [TAI]");
    expect(cast("int", "LOGICAL", 2)).toBe("A       =                    T / [TAI]");
    expect(cast("int", "logical", 0)).toBe("A       =                    F / [TAI]");
    expect(cast("string", "INTEGER", "no number")).toBe("A       =                      / [TAI] (MISSING)");
  });

  it("keeps the digits that each type needs, with a decimal point", () => {
    const value = (type: "float" | "double", v: number) =>
      lines([valued(keyword("A", type), v)])[0]!
        .slice(10)
        .trim();
    // C's %.9G and %.17G, a point added.
    expect(value("float", 1)).toBe("1.");
    expect(value("float", Math.fround(1e20))).toBe("1.00000002E+20");
    expect(value("float", Math.fround(12.3456))).toBe("12.3456001");
    expect(value("double", 1e20)).toBe("1.E+20");
    expect(value("double", 0.1)).toBe("0.10000000000000001");
    expect(value("double", -1e-5)).toBe("-1.0000000000000001E-05");
  });

  it("cuts the comment at a separating dash, and has -- for a dash", () => {
    const comment = (description: string) =>
      lines([valued(keyword("A", "int", { description }), 1)])[0]!
        .slice(31)
        .trimStart();
    expect(comment("Mean - average of finite pixels")).toBe("/ Mean");
    expect(comment("line--of--sight field")).toBe("/ line-of-sight field");
    expect(comment("Area De-projected")).toBe("/ Area De");
    expect(comment("ends in -")).toBe("/ ends in -");
    expect(comment("[A]")).toBe("");
  });

  it("splits COMMENT and HISTORY at line ends and after 72 characters", () => {
    const long = "x".repeat(80);
    expect(
      lines([
        valued(keyword("HISTORY", "string"), `first\n${long}\n`),
        valued(keyword("COMMENT", "string"), ""),
      ]),
    ).toEqual(["HISTORY first", `HISTORY ${"x".repeat(72)}`, `HISTORY ${"x".repeat(8)}`]);
  });

  it("reports what it must leave out, and writes the rest", () => {
    const { cards, warnings } = keywordCards(
      [
        valued(keyword("LINKED", "int"), undefined),
        valued(keyword("DATE", "time", { unit: "TAI" }), 0),
        valued(keyword("CRPIX1", "int"), 5),
        valued(keyword("HISTORY", "int"), 5),
        valued(keyword("calibration_version", "int"), 5),
        valued(keyword("calibration_variant", "int"), 5),
        valued(keyword("TEXT", "string"), "a\u0007b\u20acc\u00e9"),
      ],
      undefined,
    );
    expect(cards.map(({ name }) => name)).toEqual(["CALIBRAT", "TEXT"]);
    expect(cards[1]).toMatchObject({ value: { kind: "string", value: "abcé" } });
    expect(warnings).toEqual([
      "LINKED: its link leads to no record",
      "DATE: DATE must be a time of the zone ISO",
      "CRPIX1: CRPIX1 is of type int, expected float or double",
      "HISTORY: is of type int, expected string",
      "calibration_variant: another keyword has the FITS name CALIBRAT",
      "TEXT: characters that no card can hold were left out",
    ]);
  });

  it("takes name, cast and text of a linked keyword from its target where its own series says nothing", () => {
    const target = keyword("EXPT", "double", {
      unit: "s",
      description: "[EXPO:INTEGER] Exposure - of the shutter",
    });
    expect(
      lines([
        valued(keyword("SHUTTER_OPEN", "string", { description: " " }), 2.75, target),
        valued(keyword("EXPTIME", "string", { description: "Own words" }), 2.75, target),
      ]),
    ).toEqual([
      "EXPO    =                    2 / [s] Exposure {SHUTTER_OPEN}",
      "EXPTIME =                 2.75 / [s] Own words",
    ]);
  });

  it("keeps as a real what is asked for as an integer and has more than 64 bits", () => {
    const asked = (name: string) => keyword(name, "double", { description: `[${name}:INTEGER]` });
    expect(lines([valued(asked("BIG"), 2 ** 70), valued(asked("EDGE"), -(2 ** 63))])).toEqual([
      "BIG     = 1.1805916207174113E+21",
      "EDGE    = -9223372036854775808",
    ]);
  });

  it("reports a keyword whose name has neither letters nor digits", () => {
    expect(keywordCards([valued(keyword("_________", "int"), 5)], undefined)).toEqual({
      cards: [],
      warnings: ["_________: it has no name that a card can have"],
    });
  });
});
