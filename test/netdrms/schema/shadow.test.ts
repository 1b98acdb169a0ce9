import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runStatements } from "../../../netdrms/schema/run-statements.js";
import { planSeries } from "../../../netdrms/schema/series-table.js";
import { planShadow } from "../../../netdrms/schema/shadow-table.js";
import type { Series } from "../../../netdrms/series/model.js";
import { readSeries } from "../../../netdrms/series/read-series.js";
import { ARCHIVE_TEMPLATE } from "../../support/archive-database.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { codeOf } from "../../support/thrown.js";
import { makeWorkedArchive, reading } from "../../support/worked-archive.js";
import { catalogOf } from "./catalog.js";

const postgres = await postgresForTest();

/** What a shadow table is to hold by definition: netdrms 2.5. */
const LATEST = `SELECT t_rec_index, camera, count(*)::int AS nrecords, max(recnum) AS recnum FROM su_ex.mag45
  GROUP BY t_rec_index, camera ORDER BY 1, 2`;
const SHADOW = "SELECT t_rec_index, camera, nrecords, recnum FROM su_ex.mag45_shadow ORDER BY 1, 2";

describe.skipIf(postgres.missing)(postgres.title("a shadow table"), () => {
  let mag45: Series;
  let database: TestDatabase;

  const use = <T>(work: (client: Client) => Promise<T>): Promise<T> => withClient(database.url, work);
  const rowsOf = async (client: Client, sql: string): Promise<readonly unknown[]> =>
    (await client.query({ text: sql, rowMode: "array" })).rows;
  const add = (
    client: Client,
    recnum: number,
    slot: number | null,
    camera: number | null,
  ): Promise<unknown> =>
    client.query("INSERT INTO su_ex.mag45 (recnum, t_rec_index, camera) VALUES ($1, $2, $3)", [
      recnum,
      slot,
      camera,
    ]);
  const makeShadow = (): Promise<void> =>
    runStatements(planShadow(mag45, "ex"), { drms: database.url, sums: database.url });

  beforeAll(async () => {
    const worked = await testDatabase({ template: { name: "worked_archive", make: makeWorkedArchive } });
    mag45 = await reading(worked.url, (db) => readSeries(db, "su_ex.mag45"));
    await worked.drop();
    database = await testDatabase({ template: ARCHIVE_TEMPLATE });
    await runStatements(planSeries(mag45, "ex"), { drms: database.url, sums: database.url });
  });
  beforeEach(() =>
    use((client) =>
      client
        .query(
          "DROP TABLE IF EXISTS su_ex.mag45_shadow; TRUNCATE su_ex.mag45; DROP TRIGGER IF EXISTS updateshadowtrig ON su_ex.mag45",
        )
        .then(() => undefined),
    ),
  );
  afterAll(() => database.drop());

  it("is filled from the records that are there", () =>
    use(async (client) => {
      for (const [recnum, slot] of [
        [1, 7],
        [2, 7],
        [3, 8],
      ] as const)
        await add(client, recnum, slot, 2);
      await makeShadow();
      expect(await rowsOf(client, SHADOW)).toEqual([
        ["7", 2, 2, "2"],
        ["8", 2, 1, "3"],
      ]);
    }));

  it("has the columns, indexes and trigger of the worked example", async () => {
    await makeShadow();
    const own = (await catalogOf(database.url, ["su_ex"])).filter((line) => line.includes("shadow"));
    expect(
      own.filter((line) => line.startsWith("column")).map((line) => line.split(" ").slice(1, 4).join(" ")),
    ).toEqual([
      "su_ex.mag45_shadow camera integer",
      "su_ex.mag45_shadow nrecords integer",
      "su_ex.mag45_shadow recnum bigint",
      "su_ex.mag45_shadow t_rec_index bigint",
    ]);
    expect(own).toEqual(
      expect.arrayContaining([
        "constraint su_ex.mag45_shadow UNIQUE (t_rec_index, camera)",
        "index CREATE INDEX mag45_shadow_camera ON su_ex.mag45_shadow USING btree (camera)",
        "index CREATE INDEX mag45_shadow_recnum ON su_ex.mag45_shadow USING btree (recnum)",
        "index CREATE INDEX mag45_shadow_t_rec_index ON su_ex.mag45_shadow USING btree (t_rec_index)",
        "trigger CREATE TRIGGER updateshadowtrig AFTER INSERT OR DELETE ON su_ex.mag45 FOR EACH ROW EXECUTE FUNCTION updateshadow()",
      ]),
    );
    expect(await reading(database.url, (db) => readSeries(db, "su_ex.mag45"))).toMatchObject({
      hasShadow: true,
    });
  });

  it("follows every new version and every deletion", () =>
    use(async (client) => {
      await makeShadow();
      await add(client, 10, 1, 1);
      await add(client, 12, 1, 1);
      await add(client, 11, 1, 1); // older than what is there
      expect(await rowsOf(client, SHADOW)).toEqual([["1", 1, 3, "12"]]);
      await client.query("DELETE FROM su_ex.mag45 WHERE recnum = 12");
      expect(await rowsOf(client, SHADOW)).toEqual([["1", 1, 2, "11"]]);
      await client.query("DELETE FROM su_ex.mag45");
      expect(await rowsOf(client, SHADOW)).toEqual([]);
    }));

  it("holds what is the latest by definition, whatever is written", () =>
    use(async (client) => {
      await makeShadow();
      // Numbers of a fixed linear congruence (Park and Miller), so that a failure can be seen again.
      let state = 20_260_102;
      const random = (below: number): number => {
        state = (state * 48_271) % 2_147_483_647;
        return state % below;
      };
      for (let step = 0; step < 60; step++) {
        if (random(3) === 0)
          await client.query("DELETE FROM su_ex.mag45 WHERE recnum % 5 = $1 AND t_rec_index % 2 = $2", [
            random(5),
            random(2),
          ]);
        else
          await client.query(
            `INSERT INTO su_ex.mag45 (recnum, t_rec_index, camera)
              SELECT $1 + n, nullif((n * 7 + $2) % 6, 0), nullif(n % 3, 0) FROM generate_series(1, 9) AS n`,
            [step * 10, random(6)],
          );
        expect(await rowsOf(client, SHADOW)).toEqual(await rowsOf(client, LATEST));
      }
      expect((await rowsOf(client, LATEST)).length).toBeGreaterThan(3);
    }));

  it("has one row for a key of which a part is NULL", () =>
    use(async (client) => {
      await add(client, 1, null, 2);
      await makeShadow();
      await add(client, 2, null, 2);
      await add(client, 3, null, null);
      expect(await rowsOf(client, SHADOW)).toEqual([
        [null, 2, 2, "2"],
        [null, null, 1, "3"],
      ]);
      await client.query("DELETE FROM su_ex.mag45 WHERE recnum = 2");
      expect(await rowsOf(client, SHADOW)).toEqual([
        [null, 2, 1, "1"],
        [null, null, 1, "3"],
      ]);
    }));

  it("is written by whoever may write the series, and is not needed by the trigger", () =>
    use(async (client) => {
      await makeShadow();
      await client.query("SET ROLE ex");
      await add(client, 1, 1, 1);
      await add(client, 2, 1, 1);
      await client.query("SET ROLE sumsadmin");
      await client.query("DELETE FROM su_ex.mag45 WHERE recnum = 2");
      await client.query("RESET ROLE");
      expect(await rowsOf(client, SHADOW)).toEqual([["1", 1, 1, "1"]]);
      await client.query("DROP TABLE su_ex.mag45_shadow");
      await add(client, 3, 1, 1);
      expect(await rowsOf(client, "SELECT count(*)::int FROM su_ex.mag45")).toEqual([[2]]);
    }));

  it("finds rows by an index, however many there are", () =>
    use(async (client) => {
      await client.query(`INSERT INTO su_ex.mag45 (recnum, t_rec_index, camera)
        SELECT n, n / 2, n % 2 FROM generate_series(1, 20000) AS n`);
      await makeShadow();
      await client.query("BEGIN");
      const counts = `SELECT coalesce(sum(seq_scan), 0)::int FROM pg_stat_xact_user_tables WHERE relname LIKE 'mag45%'`;
      const [[before]] = (await rowsOf(client, counts)) as [[number]];
      await add(client, 20_001, 500, 1);
      await client.query("DELETE FROM su_ex.mag45 WHERE recnum = 20001");
      expect(await rowsOf(client, counts)).toEqual([[before]]);
      // A scan would have been counted.
      await client.query("SELECT FROM su_ex.mag45 WHERE quality = 1");
      expect(await rowsOf(client, counts)).toEqual([[before + 1]]);
      await client.query("COMMIT");
    }));

  it("waits for those who write, and misses none of them", () =>
    use(async (writer) => {
      await writer.query("BEGIN");
      await add(writer, 1, 1, 1);
      const making = makeShadow();
      await waitForLock(database.url);
      await writer.query("COMMIT");
      await making;
      expect(await rowsOf(writer, SHADOW)).toEqual([["1", 1, 1, "1"]]);
    }));

  it("is made once, and only where there are prime keys and room for its name", () => {
    expect(planShadow({ ...mag45, hasShadow: true }, "ex")).toEqual([]);
    expect(codeOf(() => planShadow({ ...mag45, primeKeys: [] }, "ex"))).toBe("BAD_PARAMETER");
    expect(codeOf(() => planShadow({ ...mag45, table: "x".repeat(57) }, "ex"))).toBe("BAD_PARAMETER");
  });
});

/** Until somebody waits for a lock in that database. */
async function waitForLock(url: string): Promise<void> {
  await withClient(url, async (client) => {
    for (;;) {
      const { rowCount } = await client.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      if (rowCount !== 0) return;
    }
  });
}
