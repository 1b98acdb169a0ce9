import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ConnectionPool,
  connectionPool,
  inTransaction,
} from "../../../netdrms/database/connection-pool.js";
import type { Database } from "../../../netdrms/database/database.js";
import { planSelection, type Selection } from "../../../netdrms/query/plan-selection.js";
import { countSql, selectionSql } from "../../../netdrms/query/selection-sql.js";
import type { Series } from "../../../netdrms/series/model.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { KEY_NAMES, keyValue, type MadeKey, madeQuery } from "./made-queries.js";
import { madeSeries, shadowSql, slotted, tableSql } from "./made-series.js";
import { type ModelRecord, selectedBy } from "./query-model.js";
import { tree } from "./reading.js";

const NAME = "su_ex.random";

function seriesOf(keys: readonly MadeKey[]): Series {
  return madeSeries({
    name: NAME,
    primeKeys: keys.map((kind) => KEY_NAMES[kind]),
    keywords: [
      ...slotted("T", "time", "ts_eq", { step: "45", epoch: "1993.01.01_TAI" }),
      ...slotted("U", "time", "ts_slot", { step: "45", epoch: "1993.01.01_TAI" }),
      { name: "N", type: "int" },
      { name: "S", type: "string" },
      { name: "Q", type: "int" },
      { name: "F", type: "double" },
    ],
  });
}

/** Some records, with several versions of few values, some NULL, and recnums in no order. */
function records(keys: readonly MadeKey[]): fc.Arbitrary<readonly ModelRecord[]> {
  const row = fc.record({
    keys: fc.tuple(...keys.map((kind) => fc.option(keyValue(kind), { nil: null, freq: 8 }))),
    q: fc.option(fc.integer({ min: 0, max: 5 }), { nil: null, freq: 6 }),
    f: fc.option(fc.integer({ min: -2, max: 2 }), { nil: null, freq: 6 }),
  });
  return fc
    .tuple(fc.array(row, { maxLength: 40, size: "max" }), fc.infiniteStream(fc.nat({ max: 1_000 })))
    .map(([rows, order]) => {
      const recnums = rows
        .map((_, n) => ({ n, by: order.next().value as number }))
        .toSorted((a, b) => a.by - b.by);
      return rows.map((one, n) => ({ ...one, recnum: BigInt(recnums[n]!.n + 1) }));
    });
}

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("queries and a naive model of the archive"), () => {
  let database: TestDatabase;
  let pool: ConnectionPool;
  let writer: pg.Client;
  beforeAll(async () => {
    database = await testDatabase();
    pool = connectionPool({ url: database.url, maxConnections: 1 });
    writer = new pg.Client({ connectionString: database.url });
    await writer.connect();
  });
  afterAll(async () => {
    await writer.end();
    await pool.close();
    await database.drop();
  });

  async function fill(series: Series, rows: readonly ModelRecord[]): Promise<void> {
    await writer.query("DROP SCHEMA IF EXISTS su_ex CASCADE");
    await writer.query(tableSql(series));
    const columns = ["recnum", ...series.primeKeys.map(({ internal }) => internal.column), "q", "f"];
    for (const { recnum, keys, q, f } of rows) {
      const values = [recnum, ...keys, q, f];
      const places = values.map((_, n) => `$${n + 1}`).join(", ");
      await writer.query(`INSERT INTO su_ex.random (${columns.join(", ")}) VALUES (${places})`, values);
    }
    await writer.query(shadowSql(series));
  }

  async function ask(
    db: Database,
    selection: Selection,
  ): Promise<readonly [recnums: readonly unknown[], count: unknown]> {
    const rows = await db.query(selectionSql(selection, ["q", "recnum"]));
    const [counted] = await db.query(countSql(selection));
    return [rows.map(({ recnum }) => recnum), counted?.count];
  }

  it("select the same records, with and without a shadow table", async () => {
    const someKeys = fc.shuffledSubarray<MadeKey>(["eq", "floor", "int", "string"], {
      minLength: 1,
      maxLength: 3,
    });
    const found = { none: 0, some: 0 };
    await fc.assert(
      fc.asyncProperty(
        someKeys.chain((keys) =>
          fc.record({
            keys: fc.constant(keys),
            rows: records(keys),
            queries: fc.array(madeQuery(NAME, keys), { minLength: 8, maxLength: 8 }),
          }),
        ),
        async ({ keys, rows, queries }) => {
          const series = seriesOf(keys);
          await fill(series, rows);
          await inTransaction(pool, { access: "read", statementTimeoutMs: 5000 }, async (db) => {
            for (const query of queries) {
              const expected = selectedBy(query, rows);
              found[expected.length === 0 ? "none" : "some"]++;
              for (const hasShadow of [false, true]) {
                const selection = planSelection(tree(query.text, { ...series, hasShadow }), query.limit);
                const [recnums, count] = await ask(db, selection);
                expect(recnums, `${query.text} n=${query.limit} shadow=${hasShadow}`).toEqual(expected);
                expect(count, `count of ${query.text}`).toBe(BigInt(expected.length));
              }
            }
          });
        },
      ),
      { numRuns: 30, interruptAfterTimeLimit: 20_000 },
    );
    expect(found.some).toBeGreaterThan(20);
  });
});
