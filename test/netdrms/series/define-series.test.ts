import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectionPool, inTransaction } from "../../../netdrms/database/connection-pool.js";
import { planSeries } from "../../../netdrms/schema/series-table.js";
import { defineSeries } from "../../../netdrms/series/define-series.js";
import { definitionOf } from "../../../netdrms/series/definition-of.js";
import { parseJsd } from "../../../netdrms/series/jsd-parse.js";
import { printJsd } from "../../../netdrms/series/jsd-print.js";
import { findNamed, type Series } from "../../../netdrms/series/model.js";
import { readSeries } from "../../../netdrms/series/read-series.js";
import { seriesCatalog } from "../../../netdrms/series/series-cache.js";
import { MAG45_JSD } from "../../support/jsd-examples.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";
import { makeWorkedArchive, reading } from "../../support/worked-archive.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("a series from its definition"), () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ template: { name: "worked_archive", make: makeWorkedArchive } });
  });
  afterAll(() => database.drop());

  const define = (jsd: string) => {
    const { definition, placeOf } = parseJsd(jsd);
    return reading(database.url, (db) =>
      defineSeries(
        definition,
        { owner: "ex", created: "2020-01-02 03:04:05", catalog: seriesCatalog(db) },
        placeOf,
      ),
    );
  };
  /** A definition with a key, a slotted key and a segment, the named line replaced or left out. */
  const jsdWith = (...lines: string[]): string =>
    [
      "Seriesname: su_ex.made",
      "Retention: 1",
      "PrimeKeys: K",
      "Keyword:K, int, variable, record, 0, %d, '', ''",
      ...lines,
    ].join("\n");
  const problem = async (...lines: string[]): Promise<string> => {
    const error = await rejectionOf(() => define(jsdWith(...lines)));
    expect(error).toHaveProperty("code", "BAD_DEFINITION");
    return error.message;
  };
  /** Makes the series in the archive and reads it back. */
  const made = async (series: Series): Promise<Series> => {
    const pool = connectionPool({ url: database.url, maxConnections: 1 });
    try {
      await inTransaction(pool, { access: "write", statementTimeoutMs: 10_000 }, async (transaction) => {
        for (const { sql } of planSeries(series, "ex")) await transaction.query(sql);
      });
    } finally {
      await pool.close();
    }
    return reading(database.url, (db) => readSeries(db, series.name));
  };

  it("is the one of the worked example, column by column and rank by rank", async () => {
    const { series, warnings } = await define(MAG45_JSD);
    expect(series).toEqual(await reading(database.url, (db) => readSeries(db, "su_ex.mag45")));
    expect(warnings).toEqual([]);
  });

  it("is read back from the archive as it was defined", async () => {
    const { series } = await define(
      `Seriesname: su_ex.Full
Author: "O'"
Unitsize: 3
Archive: -1
Retention: 9
StagingRetention: 4
Tapegroup: 2
PrimeKeys: T_REC, angle, FSN, height
DBIndex: FSN, T_REC
Description: "everything, 'once'"
Link: UP, su_ex.LEV1, static, ""
Link: SELF, su_ex.full, dynamic, "the one before"
Link: SRC, su_ex.lev1, dynamic, "Source"
Keyword:T_REC, time, ts_slot, record, DRMS_MISSING_VALUE, 0, TAI, ""
Keyword:T_REC_step, string, constant, record, 12m, %s, none, ""
Keyword:T_REC_epoch, string, constant, record, MDI_EPOCH, %s, none, ""
Keyword:T_REC_round, double, constant, record, 60, %f, s, ""
Keyword:angle, double, carr, record, DRMS_MISSING_VALUE, %f, deg, ""
Keyword:angle_step, float, constant, record, 5, %f, deg, ""
Keyword:FSN, longlong, variable, record, -1, %lld, none, "Number"
Keyword:height, double, slot, record, 0, %f, none, ""
Keyword:height_base, double, constant, record, 10, %f, none, ""
Keyword:height_step, double, constant, record, 0.5, %f, none, ""
Keyword:MEAN, float, variable, segment, DRMS_MISSING_VALUE, %f, Gauss, "[DATAMEAN:FLOAT] mean"
Keyword:ORIGIN, string, constant, record, "a 'b', c", %s, none, ""
Keyword:UPEXP, link, UP, EXPTIME, ""
Keyword:LAST, link, SELF, FSN, "the one before"
Data: image, vardim, short, 2, *, *, "", fits, none, 32768, 0.5, "Image"
Data: log, variable, char, 0, "", generic, ""
Data: packed, constant, double, 1, 100, m, fitz, ""
Data: upper, link, SELF, image, 2, NA, NA, "the one before"`,
    );
    expect(await made(series)).toEqual(series);
    expect(series.links[1]).toMatchObject({
      name: "SELF",
      keys: [
        { column: "ln_self_t_rec_index", target: "t_rec_index", type: "longlong" },
        { column: "ln_self_angle_index", target: "angle_index", type: "longlong" },
        { column: "ln_self_fsn", target: "fsn", type: "longlong" },
        { column: "ln_self_height_index", target: "height_index", type: "longlong" },
      ],
    });
    expect(series.dbIndex).toEqual(["FSN", "T_REC_index"]);
    expect(
      series.keywords.filter(({ baseName }) => baseName === "MEAN").map(({ name, column }) => [name, column]),
    ).toEqual([
      ["MEAN_000", "mean_000"],
      ["MEAN_001", "mean_001"],
      ["MEAN_002", "mean_002"],
      ["MEAN_003", "mean_003"],
    ]);
    expect(
      series.keywords.filter(({ implicit }) => implicit).map(({ name, defaultText }) => [name, defaultText]),
    ).toEqual([
      ["cparms_sg000", "none"],
      ["image_bzero", "32768"],
      ["image_bscale", "0.5"],
      ["cparms_sg002", "compress Rice"],
      ["T_REC_index", "DRMS_MISSING_VALUE"],
      ["angle_index", "DRMS_MISSING_VALUE"],
      ["height_index", "DRMS_MISSING_VALUE"],
    ]);
    expect(findNamed(series.segments, "packed")).toMatchObject({ compression: "compress Rice", bscale: 1 });
  });

  it("gives its definition back, through the archive and as a file", async () => {
    const { definition } = parseJsd(MAG45_JSD);
    const read = await reading(database.url, (db) => readSeries(db, "su_ex.mag45"));
    expect(definitionOf(read)).toEqual(definition);
    expect(parseJsd(printJsd(definitionOf(read))).definition).toEqual(definition);
  });

  it("has link columns that are cut as the database cuts them, and none for a target without keys", async () => {
    const long = "k".repeat(31);
    await made(
      (await define("Seriesname: su_ex.keyless\nKeyword:X, int, variable, record, 0, %d, '', ''")).series,
    );
    await made(
      (
        await define(
          `Seriesname: su_ex.longkey\nPrimeKeys: ${long}\nKeyword:${long}, int, variable, record, 0, %d, '', ''`,
        )
      ).series,
    );
    const { series } = await define(
      `Seriesname: su_ex.cut\nLink: NONE, su_ex.keyless, dynamic, ''\nLink: ${"l".repeat(31)}, su_ex.longkey, dynamic, ''`,
    );
    const read = await made(series);
    expect(findNamed(read.links, "NONE")).toMatchObject({ kind: "dynamic", keys: [] });
    // ln_, 31 letters, _ and 28 letters are the 63 that a name can have.
    const column = `ln_${"l".repeat(31)}_${"k".repeat(28)}`;
    expect(findNamed(read.links, "l".repeat(31))).toMatchObject({
      keys: [{ column, target: long, type: "int" }],
    });
    expect(series.links).toEqual(expect.arrayContaining([...read.links]));
  });

  it("may be linked before its target is there, statically alone", async () => {
    const { series } = await define(jsdWith("Link: L, su_ex.later, static, ''", "Keyword:X, link, L, y, ''"));
    expect(series.links).toEqual([
      { kind: "static", name: "L", targetSeries: "su_ex.later", description: "", column: "ln_l" },
    ]);
    expect(await problem("Link: L, su_ex.later, dynamic, ''")).toBe(
      "Line 5 \"Link: L, su_ex.later, dynamic, ''\": the archive has no series su_ex.later, which a dynamic link needs",
    );
  });

  it("says that the unit of a step is not needed where the step has its own", async () => {
    const { warnings } = await define(
      jsdWith(
        "Keyword:T, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, ''",
        "Keyword:T_step, string, constant, record, 45s, %s, '', ''",
        "Keyword:T_unit, string, constant, record, secs, %s, '', ''",
        "Keyword:T_epoch, string, constant, record, TAI_EPOCH, %s, '', ''",
      ).replace("PrimeKeys: K", "PrimeKeys: K, T"),
    );
    expect(warnings).toEqual(["T_unit is ignored, as T_step has a unit of its own"]);
  });

  const long = (length: number): string => "x".repeat(length);
  const keyword = (
    name: string,
    type = "int",
    keywordClass = "variable",
    text = "0",
    scope = "record",
  ): string => `Keyword:${name}, ${type}, ${keywordClass}, ${scope}, ${text}, %d, '', ''`;
  it.each([
    ["a word of SQL", [keyword("Select")], 'name "Select", a word of SQL; expected another name'],
    [
      "an ending of the system",
      [keyword("T_Index")],
      'name "T_Index", _index belongs to the system; expected another name',
    ],
    [
      "no name",
      [keyword("2nd")],
      'name "2nd", expected letters, digits and _, no digit first, at most 31 characters',
    ],
    [
      "a long name",
      [keyword(long(32))],
      `name "${long(32)}", expected letters, digits and _, no digit first, at most 31 characters`,
    ],
    ["a keyword twice", [keyword("k")], "a second keyword k, expected different names"],
    [
      "a name of a per-segment keyword",
      [
        keyword("A", "int", "variable", "0", "segment"),
        keyword("A_000"),
        "Data: d, variable, int, 0, '', generic, ''",
      ],
      "a second keyword A_000, expected different names",
    ],
    [
      "a column of records",
      [keyword("recnum")],
      'column "recnum" is one of every series already, expected another name',
    ],
    [
      "a column of the database's own",
      [keyword("ctid")],
      'column "ctid" is one of every table already, expected another name',
    ],
    [
      "a column of a segment",
      [keyword("sg_000_file"), "Data: d, variable, int, 0, '', generic, ''"],
      'column "sg_000_file" is one of segment d already, expected another name',
    ],
    [
      "a column of a link",
      ["Link: L, su_ex.lev1, static, ''", keyword("ln_l")],
      'column "ln_l" is one of link L already, expected another name',
    ],
    [
      "a default of another type",
      [keyword("A", "int", "variable", "1.5")],
      'default "1.5", expected a value of type int or DRMS_MISSING_VALUE',
    ],
    [
      "a time that is none",
      [keyword("A", "time", "variable", "noon")],
      'default "noon", expected a value of type time or DRMS_MISSING_VALUE',
    ],
    [
      "a long description",
      [`Keyword:A, link, L, X, ${long(255)}`],
      "description of 255 characters, expected at most 254",
    ],
    [
      "a long unit",
      [`Keyword:A, int, variable, record, 0, %d, ${long(32)}, ''`],
      "unit of 32 characters, expected at most 31",
    ],
    [
      "a long format",
      [`Keyword:A, int, variable, record, 0, ${long(20)}, '', ''`],
      "format of 20 characters, expected at most 19",
    ],
    [
      "a long default",
      [keyword("A", "string", "variable", long(1001))],
      "default of 1001 characters, expected at most 1000",
    ],
    [
      "a slotted keyword that is no key",
      [keyword("A", "double", "slot")],
      "class slot, expected the keyword among the prime keys",
    ],
    ["a keyword of no link", ["Keyword:A, link, L, X, ''"], 'link "L", expected a link of the definition'],
    [
      "a keyword that the target lacks",
      ["Link: L, su_ex.lev1, static, ''", "Keyword:A, link, L, X, ''"],
      "series su_ex.lev1 has no keyword X",
    ],
    [
      "a segment that the target lacks",
      ["Link: L, su_ex.lev1, static, ''", "Data: A, link, L, X, 0, ''"],
      "series su_ex.lev1 has no segment X",
    ],
    [
      "a link to no series",
      ["Link: L, lev1, static, ''"],
      'series "lev1", expected namespace.table of letters, digits and _, at most 63 characters',
    ],
    [
      "a link twice",
      ["Link: L, su_ex.lev1, static, ''", "Link: l, su_ex.lev1, static, ''"],
      "a second link l, expected different names",
    ],
    [
      "a segment twice",
      ["Data: A, variable, int, 0, '', generic, ''", "Data: a, variable, int, 0, '', generic, ''"],
      "a second segment a, expected different names",
    ],
    [
      "no scale",
      ["Data: A, variable, int, 0, '', fits, none, 0, 0, ''"],
      "bzero 0 and bscale 0, expected numbers, bscale not 0",
    ],
    [
      "units without a slot",
      ["Unitsize: 0", "Data: A, variable, int, 0, '', generic, ''"],
      "unit size 0, expected a whole number from 1 to 100000",
    ],
    [
      // A slot is a folder S00000 to S99999.
      "units of more slots than folders have digits for",
      ["Unitsize: 100001", "Data: A, variable, int, 0, '', generic, ''"],
      "unit size 100001, expected a whole number from 1 to 100000",
    ],
    [
      "index keywords that are none",
      ["DBIndex: A"],
      'index keyword "A", expected a keyword of the definition',
    ],
    [
      "a constant index keyword",
      [keyword("A", "int", "constant"), "DBIndex: A"],
      'index keyword "A", expected a keyword that is not constant, linked or per-segment',
    ],
    [
      "many index keywords",
      [`DBIndex: ${Array.from({ length: 11 }, (_, n) => `K${n}`).join(", ")}`],
      "11 index keywords, expected at most 10",
    ],
  ])("refuses %s", async (_, lines, expected) => {
    const message = await problem(...lines);
    expect(message).toMatch(/^Line \d+ "/);
    expect(message).toContain(expected);
  });

  it.each([
    [
      "K, A",
      keyword("A", "int", "constant"),
      'prime key "A", expected a keyword that is not constant, linked or per-segment',
    ],
    [
      "K, A",
      keyword("A", "int", "variable", "0", "segment"),
      'prime key "A", expected a keyword of the definition',
    ],
    ["K, k", keyword("A"), "prime key k twice"],
    ["K, T_index", keyword("A"), 'prime key "T_index", expected a keyword of the definition'],
    ["K, T", keyword("T", "double", "slot"), "T_step is missing, expected a number"],
    [
      "K, T",
      `${keyword("T", "time", "ts_eq")}\n${keyword("T_step", "double")}`,
      "T_step is variable, expected a constant keyword",
    ],
    [
      Array.from({ length: 16 }, (_, n) => `K${n}`).join(", "),
      keyword("A"),
      "16 prime keys, expected at most 15",
    ],
  ])("refuses the prime keys %s with %j", async (keys, line, expected) => {
    const error = await rejectionOf(() =>
      define(jsdWith(line).replace("PrimeKeys: K", `PrimeKeys: ${keys}`)),
    );
    expect(error.message).toMatch(/^Line \d+ "/);
    expect(error.message).toContain(expected);
  });

  it("refuses names of series that are none or taken by the system", async () => {
    for (const name of ["mag45", "su_ex.drms_keyword", `su_ex.${long(60)}`]) {
      const error = await rejectionOf(() => define(`Seriesname: ${name}`));
      expect(error.message).toMatch(/: name ".*", expected namespace\.table/);
    }
  });
});
