import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectionPool, inTransaction } from "../../../netdrms/database/connection-pool.js";
import { param, sql } from "../../../netdrms/database/sql.js";
import { giveUpUnits, mayShorten, touchUnits } from "../../../netdrms/sums/retention.js";
import { changeSums, readSums } from "../../../netdrms/sums/sums-transaction.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { rejectionOf } from "../../support/thrown.js";
import { dateIn, type GivenUnit, type SumsSite, sumsSite } from "./sums-site.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("the retention of a unit"), () => {
  let site: SumsSite;
  beforeAll(async () => {
    site = await sumsSite();
  });
  beforeEach(() => site.clear());
  afterAll(() => site.end());

  const WRITE = { access: "write", statementTimeoutMs: 5000 } as const;

  /** Touches the unit and gives the days from now at which it expires then; `now()` is one instant within a transaction. */
  const daysAfter = (
    sunum: bigint,
    days: number,
  ): Promise<{ readonly touched: boolean; readonly date: unknown }> =>
    inTransaction(site.pool, WRITE, async (sums) => {
      const touched = await touchUnits(sums, [sunum], days);
      const [row] = await sums.query(sql`
        SELECT coalesce((SELECT d::text FROM generate_series(-40, 40) d
                          WHERE to_char(now() + make_interval(days => d), 'YYYYMMDDHH24MI') = a.effective_date),
                        a.effective_date) AS date
          FROM public.sum_partn_alloc a WHERE ds_index = ${param(sunum, "int8")} AND status NOT IN (1, 8)`);
      return { touched: touched.has(sunum), date: row?.date };
    });
  /** Gives a unit whose dates are of the very minute of the test. */
  const give = async (unit: GivenUnit) => site.give({ ...unit, missing: true });

  // netdrms 3.6, 6: before (days from now), touch, whether it changes, after (days from now; 3 are the grace period).
  it.each([
    ["earlier than asked", 2, -10, true, "13"],
    ["past", -5, -10, true, "13"],
    ["given up", "given up", -10, true, "13"],
    ["of an undated unit", "undated", -10, true, "13"],
    ["later than asked", 12, -10, false, "12"],
    ["with nothing asked", 1, -0, false, "1"],
    ["past, with nothing asked", -1, -0, true, "3"],
    ["later than asked, by the owner", 30, 10, true, "13"],
    ["earlier than asked, by the owner", 2, 10, true, "13"],
    ["at any time, set to today by the owner", 30, 0, true, "3"],
  ] as const)("%s", async (_, expiresIn, days, touched, after) => {
    await give({ sunum: 5n, expiresIn });
    const result = await daysAfter(5n, days);
    // The unit was made in an earlier minute at worst, if it was not changed.
    if (touched) expect(result).toEqual({ touched, date: after });
    else {
      expect(result.touched).toBe(false);
      const [row] = await site.query(sql`
        SELECT effective_date IN (${dateIn(Number(after))}, to_char(now() + make_interval(days => ${param(Number(after), "int4")}, mins => -1), 'YYYYMMDDHH24MI')) AS same
          FROM public.sum_partn_alloc`);
      expect(row).toEqual({ same: true });
    }
  });

  it("is left alone by a touch of units that are off line, unknown or negative, and of readers' rows", async () => {
    await give({ sunum: 1n, online: "N", expiresIn: -1 });
    const folder = await give({ sunum: 2n, expiresIn: 1 });
    await site.query(sql`
      INSERT INTO public.sum_partn_alloc (wd, sumid, status, effective_date, ds_index)
      VALUES (${param(folder, "text")}, 9, 8, '200001010000', 2)`);
    const touched = await changeSums(site.pool, (sums) => touchUnits(sums, [1n, 2n, 3n, -1n], 10));
    expect([...touched]).toEqual([2n]);
    expect(await site.query(sql`SELECT effective_date FROM public.sum_partn_alloc WHERE status = 8`)).toEqual(
      [{ effective_date: "200001010000" }],
    );
  });

  it("of the unit 0 is not that of units that are being written, whose rows have that number", async () => {
    await give({ sunum: 0n, expiresIn: 1 });
    await site.query(sql`
      INSERT INTO public.sum_partn_alloc (wd, sumid, status, effective_date, ds_index) VALUES ('/SUM0/D9', 9, 1, '0', 0)`);
    const writing = sql`SELECT effective_date FROM public.sum_partn_alloc WHERE status = 1`;
    expect((await daysAfter(0n, 10)).touched).toBe(true);
    expect(await site.query(writing)).toEqual([{ effective_date: "0" }]);
    expect(await changeSums(site.pool, (sums) => giveUpUnits(sums, [0n]))).toEqual(new Set([0n]));
    expect(await site.query(writing)).toEqual([{ effective_date: "0" }]);
  });

  it("takes no more days than 15 bits hold", async () => {
    for (const days of [32_768, -32_768, 1.5, Number.NaN])
      expect(
        await rejectionOf(() => changeSums(site.pool, (sums) => touchUnits(sums, [1n], days))),
      ).toMatchObject({
        code: "BAD_PARAMETER",
      });
  });

  it("is changed by many at once without a failure", async () => {
    for (let sunum = 1n; sunum <= 3n; sunum++) await give({ sunum, expiresIn: -1 });
    const all = [1n, 2n, 3n];
    // In opposite orders, so that they wait for each other in a circle.
    const touches = Array.from({ length: 4 }, (_, n) =>
      changeSums(site.pool, async (sums) => {
        for (const sunum of n % 2 === 0 ? all : all.toReversed()) await touchUnits(sums, [sunum], n);
      }),
    );
    await Promise.all(touches);
    const dates = await site.query(sql`SELECT DISTINCT effective_date FROM public.sum_partn_alloc`);
    // Each of them had all units, the last one too.
    expect(dates).toHaveLength(1);
  });

  it("that is given up is over at once, whatever its state, but for readers", async () => {
    await give({ sunum: 1n, expiresIn: 100, series: "su_ex.Gone" });
    await give({ sunum: 2n, expiresIn: 100, series: "su_ex.gone", status: 4 });
    await give({ sunum: 3n, expiresIn: 100, series: "su_ex.other" });
    await give({ sunum: 4n, expiresIn: 100, series: "su_ex.gone", status: 8 });
    const given = await changeSums(site.pool, (sums) => giveUpUnits(sums, [1n, 2n, 4n, 5n]));
    expect(given).toEqual(new Set([1n, 2n]));
    const rows = await site.query(
      sql`SELECT ds_index, status, effective_date = '0' AS over FROM public.sum_partn_alloc ORDER BY 1`,
    );
    expect(rows).toEqual([
      { ds_index: 1n, status: 2, over: true },
      { ds_index: 2n, status: 2, over: true },
      { ds_index: 3n, status: 2, over: false },
      { ds_index: 4n, status: 8, over: false },
    ]);
  });
});

describe.skipIf(postgres.missing)(postgres.title("the right to shorten a retention"), () => {
  let site: SumsSite;
  const roles = { owner: "", stranger: "", production: "" };
  beforeAll(async () => {
    site = await sumsSite();
    // Roles are shared by all databases of the server.
    for (const role of ["owner", "stranger", "production"] as const)
      roles[role] = `${site.database.name}_${role}`;
    await withClient(site.database.url, async (client) => {
      for (const role of Object.values(roles)) await client.query(`CREATE ROLE ${role} LOGIN`);
      await client.query(`GRANT sumsadmin TO ${roles.production}`);
      await client.query(`
        INSERT INTO su_ex.drms_series (seriesname, author, owner, unitsize, archive, retention, tapegroup, primary_idx, created)
        VALUES ('su_ex.Mag45', '', '${roles.owner}', 1, 0, 60, 0, '', '')`);
    });
  });
  afterAll(async () => {
    await withClient(site.database.url, async (client) => {
      for (const role of Object.values(roles)) await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    });
    await site.end();
  });

  it.each([
    ["owner", "su_ex.mag45", true],
    ["production", "su_ex.mag45", true],
    ["production", "su_ex.unknown", true],
    ["stranger", "su_ex.mag45", false],
    ["owner", "su_ex.unknown", false],
    ["owner", "su_none.mag45", false],
    ["owner", "no series; --", false],
  ] as const)("of %s for %s is %s", async (role, series, right) => {
    const url = site.database.url.replace(/\/\/[^@/]*@/, `//${roles[role]}@`);
    const drms = connectionPool({ url, maxConnections: 1 });
    try {
      expect(await readSums(drms, (archive) => mayShorten(archive, series))).toBe(right);
    } finally {
      await drms.close();
    }
  });
});
