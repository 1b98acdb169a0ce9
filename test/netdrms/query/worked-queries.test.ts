import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ConnectionPool,
  connectionPool,
  inTransaction,
} from "../../../netdrms/database/connection-pool.js";
import { decodeCopy } from "../../../netdrms/database/copy-binary.js";
import type { Row } from "../../../netdrms/database/database.js";
import { type Sql, sql } from "../../../netdrms/database/sql.js";
import { withKeyRange } from "../../../netdrms/query/narrow-query.js";
import { planSelection } from "../../../netdrms/query/plan-selection.js";
import { readOneSet, readQuery } from "../../../netdrms/query/read-query.js";
import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import { countSql, selectionSql } from "../../../netdrms/query/selection-sql.js";
import { readSeries } from "../../../netdrms/series/read-series.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { makeWorkedArchive, runSql } from "../../support/worked-archive.js";

const READ = { access: "read", statementTimeoutMs: 10_000 } as const;

/**
 * Records of two days from 2009.01.01_TAI and three from 2010.05.01_TAI every 12 minutes, cameras 1 and 2 (3 on the last day); every
 * fifth of them twice, every tenth three times, later versions with another QUALITY. Recnums are no multiples of the slots.
 */
const RECORDS = `
INSERT INTO su_ex.mag45 (recnum, t_rec, t_rec_index, camera, quality, datamean, date)
SELECT row_number() OVER (ORDER BY version, slot::bigint * 7919 % 10007, camera), 504921600 + 45.0 * slot, slot, camera,
  CASE WHEN version > 0 AND slot % 3 = 0 THEN -1 ELSE slot % 64 END, slot % 41, 1356912037.0 + slot % 2
FROM (SELECT generate_series(11220480, 11224319, 16) UNION ALL SELECT generate_series(12151680, 12157439, 16)) AS s(slot),
  generate_series(1, 3) AS camera, generate_series(0, 2) AS version
WHERE (camera < 3 OR slot >= 12155520) AND (version = 0 OR (version = 1 AND slot / 16 % 5 = 0) OR (version = 2 AND slot / 16 % 10 = 0));
INSERT INTO su_ex.mag45 (recnum, t_rec_index, camera, quality) VALUES
  (100001, NULL, 1, 0), (100002, NULL, 1, 0), (100003, 12151680, NULL, 0), (100004, 12151680, NULL, 7), (100005, NULL, NULL, 0);
CREATE TABLE su_ex.log (recnum bigint PRIMARY KEY, sunum bigint, slotnum integer, sessionid bigint, sessionns text, note text);
INSERT INTO su_ex.drms_series VALUES ('su_ex.log','A','ex',1,0,60,0,'','2020-01-02 03:04:05','Notes',NULL,'2.1');
INSERT INTO su_ex.drms_keyword (seriesname, keywordname, type, islink, isconstant, persegment) VALUES ('su_ex.log','NOTE','string',0,0,65536);
INSERT INTO su_ex.log (recnum, note) VALUES (5, 'b'), (3, 'a'), (9, 'a'), (7, 'it''s');
ANALYZE su_ex.mag45;`;

async function makeArchive(url: string): Promise<void> {
  await makeWorkedArchive(url);
  await runSql(url, RECORDS);
}

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("queries of the worked example"), () => {
  let database: TestDatabase;
  let pool: ConnectionPool;
  beforeAll(async () => {
    database = await testDatabase({ template: { name: "query_archive", make: makeArchive } });
    pool = connectionPool({ url: database.url, maxConnections: 1 });
  });
  afterAll(async () => {
    await pool.close();
    await database.drop();
  });

  const run = (statement: Sql): Promise<readonly Row[]> =>
    inTransaction(pool, READ, (db) => db.query(statement));
  const treeOf = (text: string): Promise<RecordSetQuery> =>
    inTransaction(pool, READ, (db) => readOneSet(text, { findSeries: (name) => readSeries(db, name) }));
  const recnumsOf = async (query: RecordSetQuery, limit = 0): Promise<readonly unknown[]> =>
    (await run(selectionSql(planSelection(query, limit), ["recnum"]))).map(({ recnum }) => recnum);
  const recnums = async (text: string, limit = 0) => recnumsOf(await treeOf(text), limit);
  const count = async (text: string, limit = 0) =>
    (await run(countSql(planSelection(await treeOf(text), limit))))[0]?.count;
  /** Recnums by a statement written by hand. */
  const byHand = (rest: string, table = "su_ex.mag45"): Promise<readonly bigint[]> =>
    withClient(database.url, async (client) => {
      const { rows } = await client.query<{ recnum: string }>(`SELECT recnum FROM ${table} ${rest}`);
      return rows.map(({ recnum }) => BigInt(recnum));
    });
  /** The canonical statement of netdrms 4.6. */
  const latest = (keys: string, rest = "true"): string =>
    `WHERE ${keys} AND ${rest} AND recnum IN (SELECT max(recnum) FROM su_ex.mag45 WHERE ${keys} GROUP BY t_rec_index, camera)
     ORDER BY t_rec_index, camera`;
  const all = (where: string): string => `WHERE ${where} ORDER BY t_rec_index, camera, recnum`;

  // What is behind each query is what netdrms 4.11 says of it, and the number of records that it must find.
  it.each<[string, string, number]>([
    ["su_ex.mag45[2010.05.01_00:00:00_TAI][2]", latest("t_rec_index = 12151680 AND camera = 2"), 1],
    [
      "su_ex.mag45[2010.05.01_00:00:00_TAI/3m]",
      latest("12151680 <= t_rec_index AND t_rec_index < 12151684"),
      3,
    ],
    [
      "su_ex.mag45[2010.05.01_TAI-2010.05.02_TAI@12h][]",
      latest("12151680 <= t_rec_index AND t_rec_index <= 12153600 AND (t_rec_index-12151680) % 960 = 0"),
      7,
    ],
    ["su_ex.mag45[2010.05.01_00:00:22.5_TAI]", latest("t_rec_index = 12151681"), 0],
    ["su_ex.mag45[#12151680-#12151712@16]", latest("t_rec_index IN (12151680, 12151696, 12151712)"), 7],
    [
      "su_ex.mag45[T_REC_index=12151680][CAMERA=1,2]",
      latest("t_rec_index = 12151680 AND camera IN (1, 2)"),
      2,
    ],
    ["su_ex.mag45[5844d/1d]", latest("11220480 <= t_rec_index AND t_rec_index < 11222400"), 240],
    ["su_ex.mag45[$]", latest("t_rec_index = 12157424"), 3],
    ["su_ex.mag45[:#1000-#1099@10]", all("1000<=recnum AND recnum<=1099 AND (recnum-1000)%10=0"), 10],
    [
      "su_ex.mag45[2010.05.01_TAI/1d][? QUALITY >= 0 AND DATAMEAN > 10 ?]{magnetogram}",
      latest("12151680 <= t_rec_index AND t_rec_index < 12153600", "quality >= 0 AND datamean > 10"),
      164,
    ],
    ["su_ex.mag45[2010.05.01_TAI][! 1=1 !]", all("t_rec_index = 12151680"), 8],
    ["su_ex.mag45[2010.05.01_TAI/20s]", latest("t_rec_index = 12151680"), 3],
    ["su_ex.mag45[? DATE > $(2020.01.01_UTC) ?]", latest("true", "date > 1356912037.000000"), 0],
    ["su_ex.mag45[? DATE >= $(2020.01.01_UTC) ?]", latest("true", "date >= 1356912037.000000"), 1320],
    // First and last, netdrms 4.5.
    ["su_ex.mag45[^]", latest("t_rec_index = 11220480"), 2],
    ["su_ex.mag45[$][2]", latest("t_rec_index = 12157424 AND camera = 2"), 1],
    ["su_ex.mag45[][$]", latest("camera = 3"), 120],
    [
      "su_ex.mag45[2010.05.01_TAI/1d][$]",
      latest("t_rec_index BETWEEN 12151680 AND 12153599 AND camera = 2"),
      120,
    ],
    [
      "su_ex.mag45[CAMERA=$][2010.05.03_TAI/1d]",
      latest("t_rec_index BETWEEN 12155520 AND 12157439 AND camera = 3"),
      120,
    ],
    ["su_ex.mag45[CAMERA=1][T_REC=$]", latest("t_rec_index = 12157424 AND camera = 1"), 1],
    ["su_ex.mag45[$][? QUALITY > 1000 ?]", latest("t_rec_index = 12157424", "quality > 1000"), 0],
    ["su_ex.mag45[^,$][1]", latest("t_rec_index IN (11220480, 12157424) AND camera = 1"), 2],
    // Versions, netdrms 4.6: a superseded version that meets the condition does not count.
    ["su_ex.mag45[? QUALITY = -1 ?]", latest("true", "quality = -1"), 88],
    ["su_ex.mag45[? QUALITY = 0 ?]", latest("true", "quality = 0"), 310],
    ["su_ex.mag45[! QUALITY = 0 !]", all("quality = 0"), 422],
    ["su_ex.mag45[2010.05.01_TAI][? QUALITY = 7 ?]", latest("t_rec_index = 12151680", "quality = 7"), 1],
    [
      "su_ex.mag45[2010.05.01_TAI][? QUALITY = 0 ?][? CAMERA = 2 ?]",
      latest("t_rec_index = 12151680", "quality = 0 AND camera = 2"),
      0,
    ],
    ["su_ex.mag45", latest("true").replace("true AND true AND", ""), 1323],
    ["su_ex.mag45[#-#]", latest("true"), 1323],
    ["su_ex.mag45[][#-#2]", latest("camera <= 2"), 1201],
    ["su_ex.mag45[#-#@480]", latest("t_rec_index % 480 = 11220480 % 480"), 45],
    // Recnums, netdrms 4.2: all versions.
    ["su_ex.mag45[:#5,#7,#^,#$]", all("recnum IN (1, 5, 7, 100005)"), 4],
    ["su_ex.mag45[:#5/10,#100-#102]", all("recnum BETWEEN 5 AND 14 OR recnum BETWEEN 100 AND 102"), 13],
    ["su_ex.mag45[:#-#@500]", all("(recnum - 1) % 500 = 0"), 5],
    ["su_ex.mag45[:#100000-#]", all("recnum >= 100000"), 5],
    ["su_ex.mag45[2010.05.01_TAI][:#-#][? QUALITY = 0 ?]", all("t_rec_index = 12151680 AND quality = 0"), 3],
  ])("%s", async (text, rest, records) => {
    const found = await recnums(text);
    const expected = await byHand(rest);
    expect(found).toHaveLength(expected.length);
    // Rows with NULL keys are last, in whatever order among each other that the keys leave.
    expect(found).toEqual(expected);
    expect(found).toHaveLength(records);
    expect(await count(text)).toBe(BigInt(records));
  });

  it("takes the first or the last records in ascending order, after the version rule", async () => {
    for (const text of [
      "su_ex.mag45",
      "su_ex.mag45[2010.05.01_TAI/1d]",
      "su_ex.mag45[? QUALITY >= 0 ?]",
      "su_ex.mag45[! 1=1 !]",
      "su_ex.mag45[2010.05.01_TAI/2d][? DATAMEAN < 30 ?]",
      "su_ex.mag45[:#1-#500]",
    ]) {
      const whole = await recnums(text);
      expect(await recnums(text, 5)).toEqual(whole.slice(0, 5));
      expect(await recnums(text, -5)).toEqual(whole.slice(-5));
      expect(await recnums(text, 1_000_000)).toEqual(whole);
      expect(await recnums(text, -1_000_000)).toEqual(whole);
      expect(await count(text, 5)).toBe(5n);
      expect(await count(text, -1_000_000)).toBe(BigInt(whole.length));
    }
  });

  it("gives the columns asked for, in their order", async () => {
    const selection = planSelection(await treeOf("su_ex.mag45[2010.05.01_TAI][2][? DATAMEAN >= 0 ?]"), -1);
    const [row, ...more] = await run(selectionSql(selection, ["quality", "t_rec_index", "recnum", "t_rec"]));
    expect(more).toEqual([]);
    expect(Object.keys(row ?? {})).toEqual(["quality", "t_rec_index", "recnum", "t_rec"]);
    expect(row).toMatchObject({ t_rec_index: 12151680n, t_rec: 1051747200 });
  });

  it("orders a series without prime keys by recnum", async () => {
    expect(await recnums("su_ex.log")).toEqual([3n, 5n, 7n, 9n]);
    expect(await recnums("su_ex.log", -3)).toEqual([5n, 7n, 9n]);
    expect(await recnums(`su_ex.log[? NOTE = "it's" ?]`)).toEqual([7n]);
    expect(await recnums("su_ex.log[:#4-#8]")).toEqual([5n, 7n]);
    expect(await count("su_ex.log[? note = 'a' ?]")).toBe(2n);
  });

  it("compares hostile values as the texts that they are", async () => {
    await runSql(
      database.url,
      "INSERT INTO su_ex.log (recnum, note) VALUES (11, 'x''; DROP TABLE su_ex.log; --')",
    );
    expect(await recnums(`su_ex.log[? NOTE = "x'; DROP TABLE su_ex.log; --" ?]`)).toEqual([11n]);
    expect(
      await recnums(`su_ex.log[? NOTE = 'x''; DROP TABLE su_ex.log; --' OR NOTE LIKE '%DROP%' ?]`),
    ).toEqual([11n]);
    expect(
      await recnums(`su_ex.log[? NOTE = "$1" OR NOTE = "\\" OR NOTE = "\u0001" ?]`.replace("\u0001", "\\x")),
    ).toEqual([]);
    await runSql(database.url, "DELETE FROM su_ex.log WHERE recnum = 11");
  });

  it("finds the same records where rows are copied in bulk", async () => {
    for (const text of [
      "su_ex.mag45[2010.05.01_TAI/1d][1,2][? QUALITY IN (0, 16) AND DATAMEAN > 0.5 ?]",
      "su_ex.mag45[$][? coalesce(QUALITY, NULL) & 3 = 0 OR DATE > $(2020.01.01) ?]",
      `su_ex.log[? NOTE = "it's" ?]`,
      "su_ex.mag45[:#5,#7,#9-#20@2]",
    ]) {
      const query = await treeOf(text);
      for (const limit of [0, -3]) {
        const statement = selectionSql(planSelection(query, limit), ["recnum"]);
        const copied: bigint[] = [];
        await inTransaction(pool, READ, async (db) => {
          for await (const batch of decodeCopy(db.copyOut(statement), ["int8"]))
            copied.push(...(batch.columns[0]!.values as BigInt64Array).subarray(0, batch.rows));
        });
        expect(copied).toEqual(await recnumsOf(query, limit));
        expect(copied.length).toBeGreaterThan(0);
      }
    }
  });

  it("keeps a range from a program within the filters of the query", async () => {
    const query = withKeyRange(await treeOf("su_ex.mag45[2010.05.01_TAI/1d][$]"), 0, {
      begin: 12152000n,
      end: 12152320n,
    });
    const expected = await byHand(
      latest("t_rec_index >= 12152000 AND t_rec_index < 12152320 AND camera = 2"),
    );
    expect(expected).toHaveLength(20);
    expect(await recnumsOf(query)).toEqual(expected);
    // The newest slot of all, which is outside.
    const newest = withKeyRange(await treeOf("su_ex.mag45[$]"), 0, { begin: 12152000n, end: 12152320n });
    expect(await recnumsOf(newest)).toEqual([]);
  });

  it("gives the sets of a query one by one, duplicates kept", async () => {
    const { sets } = await inTransaction(pool, READ, (db) =>
      readQuery("su_ex.mag45[2010.05.01_TAI][1], su_ex.lev1[:#5]; SU_EX.MAG45[2010.05.01_TAI][1]", {
        findSeries: (name) => readSeries(db, name),
      }),
    );
    expect(sets.map(({ series }) => series.name)).toEqual(["su_ex.mag45", "su_ex.lev1", "su_ex.mag45"]);
    expect(await recnumsOf(sets[0]!)).toEqual(await recnumsOf(sets[2]!));
    expect(await recnumsOf(sets[1]!)).toEqual([]);
  });

  it("is one set where one is expected", async () => {
    await expect(treeOf("su_ex.mag45[$], su_ex.lev1")).rejects.toMatchObject({
      code: "BAD_QUERY",
      message: "2 record sets where one is expected (character 17)",
    });
  });

  it("does not find a series that is not there", async () => {
    await expect(treeOf("su_ex.mag45, su_ex.nope[1]")).rejects.toMatchObject({
      code: "NO_SUCH_SERIES",
      message: expect.stringContaining("(character 14)"),
      where: { place: `su_ex.mag45, su_ex.nope[1]\n${" ".repeat(13)}^^^^^^^^^^` },
    });
  });

  it("reads a range of time and the last records along the index", async () => {
    const plan = async (text: string, limit = 0): Promise<string> => {
      const statement = selectionSql(planSelection(await treeOf(text), limit), ["recnum", "datamean"]);
      return inTransaction(pool, READ, async (db) => {
        await db.query(sql`SET LOCAL enable_seqscan = off`);
        const rows = await db.query(sql`EXPLAIN (COSTS OFF) ${statement}`);
        return rows.map((row) => String(row["QUERY PLAN"])).join("\n");
      });
    };
    const range = await plan("su_ex.mag45[2010.05.01_TAI/1d]");
    expect(range).toMatch(
      /Index Cond: \(\(t_rec_index >= '12151680'::bigint\) AND \(t_rec_index < '12153600'::bigint\)\)/,
    );
    const last = await plan("su_ex.mag45", -10);
    expect(last).toMatch(
      /Limit\n[\s\S]*Incremental Sort[\s\S]*Index (Only )?Scan Backward using mag45_prime_idx/,
    );
    const newest = await plan("su_ex.mag45[$]");
    expect(newest).toMatch(/InitPlan[\s\S]*Limit[\s\S]*Index Only Scan Backward using mag45_prime_idx/);
  });
});
