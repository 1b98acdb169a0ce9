import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStatements } from "../../../netdrms/schema/run-statements.js";
import { planSeries, planSeriesRemoval } from "../../../netdrms/schema/series-table.js";
import type { Keyword, Series } from "../../../netdrms/series/model.js";
import { readSeries } from "../../../netdrms/series/read-series.js";
import { ARCHIVE_TEMPLATE } from "../../support/archive-database.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { makeWorkedArchive, reading } from "../../support/worked-archive.js";
import { catalogOf, rowsOf } from "./catalog.js";

const postgres = await postgresForTest();

const MASTERS = ["series", "keyword", "segment", "link"].map((table) => `su_ex.drms_${table}`);

describe.skipIf(postgres.missing)(postgres.title("a series that is made"), () => {
  /** Made with the words of the specification. */
  let worked: TestDatabase;
  /** Made with plans. */
  let planned: TestDatabase;
  let mag45: Series;
  let lev1: Series;

  const make = (series: Series): Promise<void> =>
    runStatements(planSeries(series, "ex"), { drms: planned.url, sums: planned.url });
  const columns = (table: string): Promise<readonly string[]> =>
    withClient(planned.url, async (client) => {
      const sql = `SELECT column_name || ' ' || data_type AS line FROM information_schema.columns
        WHERE table_schema = 'su_ex' AND table_name = $1 ORDER BY ordinal_position`;
      return (await client.query<{ line: string }>(sql, [table])).rows.map(({ line }) => line);
    });
  const indexes = (table: string): Promise<readonly string[]> =>
    withClient(planned.url, async (client) => {
      const sql = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'su_ex' AND tablename = $1 ORDER BY 1";
      return (await client.query<{ indexdef: string }>(sql, [table])).rows.map(({ indexdef }) => indexdef);
    });

  beforeAll(async () => {
    worked = await testDatabase({ template: { name: "worked_archive", make: makeWorkedArchive } });
    planned = await testDatabase({ template: ARCHIVE_TEMPLATE });
    mag45 = await reading(worked.url, (database) => readSeries(database, "su_ex.mag45"));
    lev1 = await reading(worked.url, (database) => readSeries(database, "su_ex.lev1"));
    await make(lev1);
    await make(mag45);
  });
  afterAll(async () => {
    await worked.drop();
    await planned.drop();
  });

  it("has the columns, indexes, sequence and privileges of the worked example", async () => {
    const ofMag45 = async ({ url }: TestDatabase): Promise<readonly string[]> =>
      (await catalogOf(url, ["su_ex"])).filter((line) => line.includes("mag45"));
    expect(await ofMag45(planned)).toEqual(await ofMag45(worked));
    expect(await columns("mag45")).toHaveLength(18);
  });

  it("has its rows in the master tables", async () => {
    const ofMag45 = async ({ url }: TestDatabase): Promise<readonly string[]> =>
      (await rowsOf(url, MASTERS)).filter((line) => line.includes('"seriesname": "su_ex.mag45"'));
    expect(await ofMag45(planned)).toEqual(await ofMag45(worked));
    expect(await ofMag45(planned)).toHaveLength(16);
  });

  it("is read as it was described", async () => {
    const read = await reading(planned.url, (database) => readSeries(database, "su_ex.mag45"));
    expect(read).toEqual(mag45);
  });

  const keyword = (name: string, more: Partial<Keyword> = {}): Keyword => ({
    name,
    baseName: name,
    type: "int",
    class: "variable",
    defaultText: "DRMS_MISSING_VALUE",
    format: "%d",
    unit: "none",
    description: "",
    implicit: false,
    rank: 1,
    column: name.toLowerCase(),
    ...more,
  });
  const series = (table: string, more: Partial<Series>): Series => ({
    ...lev1,
    name: `su_ex.${table}`,
    table: table.toLowerCase(),
    primeKeys: [],
    keywords: [],
    ...more,
  });

  it("has one column for each type", async () => {
    const types = ["char", "short", "int", "longlong", "float", "double", "time", "string"] as const;
    await make(
      series("types", { keywords: types.map((type, n) => keyword(`K${n}`, { type, rank: n + 1 })) }),
    );
    expect((await columns("types")).slice(5)).toEqual([
      "k0 character",
      "k1 smallint",
      "k2 integer",
      "k3 bigint",
      "k4 real",
      "k5 double precision",
      "k6 double precision",
      "k7 text",
    ]);
  });

  it("has links, keywords and segments in their order, no column for what is constant or linked", async () => {
    const { column: _, ...constant } = keyword("C", { class: "constant" });
    await make(
      series("Order", {
        links: [
          { kind: "static", name: "S", targetSeries: "su_ex.lev1", description: "", column: "ln_s" },
          {
            kind: "dynamic",
            name: "N",
            targetSeries: "su_ex.log",
            description: "",
            setColumn: "ln_n_isset",
            keys: [],
          },
        ],
        keywords: [
          constant,
          keyword("B_000", { baseName: "B", segment: 0 }),
          keyword("B_001", { baseName: "B", segment: 1 }),
        ],
        segments: [
          { ...mag45.segments[0]!, name: "one", fileColumn: "sg_000_file" },
          {
            ...mag45.segments[0]!,
            name: "two",
            number: 1,
            scope: "vardim",
            axes: [0, 0],
            fileColumn: "sg_001_file",
            axisColumns: ["sg_001_axis000", "sg_001_axis001"],
          },
        ],
      }),
    );
    expect((await columns("order")).slice(5).map((line) => line.split(" ")[0])).toEqual(
      "ln_s b_000 b_001 sg_000_file sg_001_file sg_001_axis000 sg_001_axis001".split(" "),
    );
    const rows = await rowsOf(planned.url, ["su_ex.drms_keyword"]);
    const own = rows.filter((line) => line.includes("su_ex.Order"));
    expect(own).toHaveLength(2);
    // Per segment: bit 0 of the flag word; rank 1: netdrms 1.5.
    expect(own.find((line) => line.includes('"keywordname": "B"'))).toContain('"persegment": 65537');
  });

  describe("its indexes", () => {
    const keys = (count: number): Pick<Series, "keywords" | "primeKeys"> => {
      const keywords = Array.from({ length: count }, (_, n) => keyword(`P${n}`, { rank: n + 1 }));
      return { keywords, primeKeys: keywords.map((key) => ({ external: key, internal: key })) };
    };
    it.each([
      [0, 0],
      [1, 1],
      [5, 1],
      [6, 0],
    ])("are, for %d prime keys without a DBIndex line, %d together", async (count, together) => {
      await make(series(`keys${count}`, keys(count)));
      const made = (await indexes(`keys${count}`)).filter((line) => line.includes("prime_idx"));
      expect(made).toHaveLength(together);
      if (together > 0)
        expect(made[0]).toContain(`(${Array.from({ length: count }, (_, n) => `p${n}`).join(", ")})`);
    });

    it("are one for each keyword of a DBIndex line, also where the name would be too long", async () => {
      const long = `L${"x".repeat(30)}`;
      const table = `t${"y".repeat(40)}`;
      await make(
        series(table, { keywords: [keyword("A"), keyword(long, { rank: 2 })], dbIndex: ["A", long] }),
      );
      expect((await indexes(table)).map((line) => /\(.*\)$/.exec(line)?.[0]).sort()).toEqual(
        ["(a)", `(${long.toLowerCase()})`, "(recnum)"].sort(),
      );
      const [row] = (await rowsOf(planned.url, ["su_ex.drms_series"])).filter((line) => line.includes(table));
      expect(row).toContain(`"dbidx": "A, ${long}"`);
    });
  });

  it("refuses a name that could be something else in a statement", async () => {
    const evil = series("evil", { keywords: [keyword("a", { column: 'a" int4); DROP TABLE x; --' })] });
    expect(() => planSeries(evil, "ex")).toThrow(/is no name of the archive/);
  });

  it("is gone without a trace when it is removed", async () => {
    const before = [await catalogOf(planned.url, ["su_ex"]), await rowsOf(planned.url, MASTERS)];
    const brief = series("Brief", { keywords: [keyword("A")] });
    await make(brief);
    expect(await catalogOf(planned.url, ["su_ex"])).not.toEqual(before[0]);
    await runStatements(planSeriesRemoval(brief), { drms: planned.url, sums: planned.url });
    expect([await catalogOf(planned.url, ["su_ex"]), await rowsOf(planned.url, MASTERS)]).toEqual(before);
  });
});
