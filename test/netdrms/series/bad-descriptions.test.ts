import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSeries } from "../../../netdrms/series/read-series.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";
import { makeWorkedArchive, reading, runSql } from "../../support/worked-archive.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("descriptions that make no sense"), () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ template: { name: "worked_archive", make: makeWorkedArchive } });
  });
  afterAll(() => database.drop());

  const problem = async (name: string): Promise<string> => {
    const error = await rejectionOf(() => reading(database.url, (db) => readSeries(db, name)));
    return `${(error as { readonly code?: string }).code} ${error.message}`;
  };
  /** A series of the namespace su_ex with these rows; the table has the given columns. */
  const make = (table: string, columns: string, series: string, rest = ""): Promise<void> =>
    runSql(
      database.url,
      `CREATE TABLE su_ex.${table} (recnum bigint PRIMARY KEY${columns === "" ? "" : `, ${columns}`});
       INSERT INTO su_ex.drms_series VALUES (${series}); ${rest}`,
    );
  /** A keyword of type int, where the fields, as SQL, say nothing else. */
  const keyword = (series: string, name: string, fields: Readonly<Record<string, string>> = {}): string => {
    const row = { type: "'int'", isconstant: "0", persegment: "65536", ...fields };
    return `INSERT INTO su_ex.drms_keyword (seriesname, keywordname, ${Object.keys(row).join(", ")})
      VALUES ('${series}', '${name}', ${Object.values(row).join(", ")});`;
  };

  it("says so for a series, a namespace, a table and a text that is no name", async () => {
    expect(await problem("su_ex.none")).toBe('NO_SUCH_SERIES The archive has no series "su_ex.none"');
    expect(await problem("su_none.mag45")).toBe('NO_SUCH_SERIES The archive has no series "su_none.mag45"');
    await runSql(
      database.url,
      "INSERT INTO su_ex.drms_series VALUES ('su_ex.tableless','','',1,0,0,0,'','')",
    );
    expect(await problem("su_ex.tableless")).toBe(
      'NO_SUCH_SERIES The archive has no series "su_ex.tableless"',
    );
    for (const name of ["mag45", "", "a.b.c", "su_ex.mag45; DROP", `su_ex.${"x".repeat(60)}`])
      expect(await problem(name)).toMatch(/^NO_SUCH_SERIES ".*" is no series, expected namespace\.table/);
  });

  it("leaves the transaction usable after a series that is not there", async () => {
    await reading(database.url, async (db) => {
      await rejectionOf(() => readSeries(db, "su_none.x"));
      expect((await readSeries(db, "su_ex.lev1")).name).toBe("su_ex.lev1");
    });
  });

  const series = "1,0,0,0";
  it.each([
    [
      "no_type",
      "x int4",
      "",
      keyword("su_ex.no_type", "X", { type: "'integer'" }),
      'keyword "X": type is "integer", expected one of char, short, int, longlong, float, double, time, string',
    ],
    [
      "no_class",
      "x int4",
      "",
      keyword("su_ex.no_class", "X", { isconstant: "7" }),
      'keyword "X": isconstant is 7, expected one of 0, 1, 100, 1000, 1001, 1002, 1003, 1004',
    ],
    [
      "no_name",
      "x int4",
      "",
      keyword("su_ex.no_name", "X; DROP"),
      'keyword "X; DROP": the name is none, expected letters, digits and _, no digit first',
    ],
    [
      "long_name",
      "x int4",
      "",
      keyword("su_ex.long_name", "X".repeat(32)),
      `keyword "${"X".repeat(32)}": the name has more than 31 characters`,
    ],
    [
      "no_column",
      "y int4",
      "",
      keyword("su_ex.no_column", "X"),
      'keyword "X": the table of the series has no column "x"',
    ],
    [
      "twice",
      "x int4",
      "",
      keyword("su_ex.twice", "X") + keyword("su_ex.twice", "x"),
      'two keywords are called "x"',
    ],
    [
      "no_link",
      "x int4",
      "",
      keyword("su_ex.no_link", "X", { islink: "1" }),
      'keyword "X": linkname is "", expected letters, digits and _, no digit first',
    ],
    [
      "no_prime",
      "x int4",
      "X, Y",
      keyword("su_ex.no_prime", "X"),
      'prime key "Y" is no keyword of the series',
    ],
    ["same_prime", "x int4", "X, x", keyword("su_ex.same_prime", "X"), 'prime key "X" is listed twice'],
    [
      "const_prime",
      "",
      "X",
      keyword("su_ex.const_prime", "X", { isconstant: "1" }),
      'prime key "X" has no column: it is constant or linked',
    ],
    [
      "many_primes",
      "",
      Array.from({ length: 16 }, (_, n) => `K${n}`).join(),
      "",
      "16 prime keys, expected at most 15",
    ],
    [
      "lost_index",
      "x int8",
      "X",
      keyword("su_ex.lost_index", "X", { isconstant: "100" }),
      'prime key "X" is the index of no slotted keyword',
    ],
    [
      "long_text",
      "x int4",
      "",
      keyword("su_ex.long_text", "X", { unit: "repeat('u', 4097)" }),
      'keyword "X": unit has more than 4096 characters',
    ],
  ])("names series, member and what was expected: %s", async (table, columns, primes, rows, expected) => {
    await make(table, columns, `'su_ex.${table}','','',${series},'${primes}','','',NULL,'2.1'`, rows);
    const found = await problem(`su_ex.${table}`);
    expect(found.replace(/^ARCHIVE_FAILED Series su_ex\.\w+[,:] /, "")).toBe(expected);
  });

  it.each([
    [
      "axes_words",
      "'variable','int',2,'7, many','fits'",
      'axis is "7, many", expected 2 numbers from 0 to 2147483647 with commas between them',
    ],
    [
      "axes_few",
      "'variable','int',2,'7','fits'",
      'axis is "7", expected 2 numbers from 0 to 2147483647 with commas between them',
    ],
    ["axes_many", "'variable','int',17,'7','fits'", 'naxis is "17", expected a whole number from 0 to 16'],
    [
      "no_scope",
      "'sometimes','int',0,'','fits'",
      'scope is "sometimes", expected one of constant, variable, vardim',
    ],
    [
      "no_protocol",
      "'variable','int',0,'','cdf'",
      'protocol is "cdf", expected one of generic, fits, fitz, tas, bin, bin.gz, fitsdep, fitzdep, msi, dsds, local',
    ],
    [
      "no_segtype",
      "'variable','byte',0,'','fits'",
      'type is "byte", expected raw or one of char, short, int, longlong, float, double, time, string',
    ],
  ])("names the segment and what was expected: %s", async (table, values, expected) => {
    await make(
      table,
      "sg_000_file text",
      `'su_ex.${table}','','',${series},'','','',NULL,'2.1'`,
      `INSERT INTO su_ex.drms_segment (seriesname, segmentname, segnum, scope, type, naxis, axis, protocol)
         VALUES ('su_ex.${table}','img',0,${values})`,
    );
    expect(await problem(`su_ex.${table}`)).toBe(
      `ARCHIVE_FAILED Series su_ex.${table}, segment "img": ${expected}`,
    );
  });

  it("refuses links of unknown kind, to no series, and without a column", async () => {
    const link = async (table: string, values: string): Promise<string> => {
      await make(
        table,
        "y int4",
        `'su_ex.${table}','','',${series},'','','',NULL,'2.1'`,
        `INSERT INTO su_ex.drms_link VALUES ('su_ex.${table}','L',${values})`,
      );
      return (await problem(`su_ex.${table}`)).replace(/^ARCHIVE_FAILED Series su_ex\.\w+, link "L": /, "");
    };
    expect(await link("link_kind", "'su_ex.lev1','soft',''")).toBe(
      'type is "soft", expected static or dynamic',
    );
    expect(await link("link_target", "'lev1','static',''")).toMatch(
      /^target_seriesname is "lev1", expected namespace\.table/,
    );
    expect(await link("link_column", "'su_ex.lev1','static',''")).toBe(
      'the table of the series has no column "ln_l"',
    );
  });

  it("refuses a series described in two spellings, and a version that is none", async () => {
    await make(
      "double",
      "",
      "'su_ex.double','','',1,0,0,0,'','','',NULL,'2.1'",
      "INSERT INTO su_ex.drms_series VALUES ('su_ex.Double','','',1,0,0,0,'','','',NULL,'2.1')",
    );
    expect(await problem("su_ex.double")).toBe(
      "ARCHIVE_FAILED Series su_ex.double: described twice, in different spellings",
    );
    await make("newer", "", "'su_ex.newer','','',1,0,0,0,'','','',NULL,'two'");
    expect(await problem("su_ex.newer")).toBe(
      'ARCHIVE_FAILED Series su_ex.newer: version is "two", expected major.minor',
    );
  });
});
