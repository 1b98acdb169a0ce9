import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { ConnectionPool } from "../../../netdrms/database/connection-pool.js";
import { param, sql } from "../../../netdrms/database/sql.js";
import { type CleanUpEvent, type CleanUpOptions, cleanUp } from "../../../netdrms/sums/clean-up.js";
import { writeNewFile } from "../../../netdrms/sums/durable.js";
import { purge } from "../../../netdrms/sums/purge.js";
import { openSession } from "../../../netdrms/sums/session.js";
import { TEST_SITE } from "../../support/archive-database.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { type LosingPool, losingPool } from "./losing-pool.js";
import { FIRST_SUNUM, type SumsSite, sumsSite } from "./sums-site.js";
import { buildWriter, startWriter } from "./writer-process.js";

const postgres = await postgresForTest();
const FILES = {
  "S00000/image.fits": "SIMPLE",
  "Records.txt": "series=su_ex.mag45\nslot\trecord number\n0\t1041\n",
};

describe.skipIf(postgres.missing)(postgres.title("a clean-up"), () => {
  let site: SumsSite;
  beforeAll(async () => {
    site = await sumsSite();
    await withClient(site.database.url, (client) =>
      client.query("CREATE TABLE su_ex.mag45 (recnum bigint PRIMARY KEY, sunum bigint)"),
    );
  });
  beforeEach(async () => {
    await site.clear();
    await site.query(sql`DELETE FROM su_ex.mag45`);
  });
  afterAll(() => site.end());

  const orphans = () => ({ drms: site.pool, siteCode: TEST_SITE, minAgeHours: 0, maxAgeDays: 30 });
  const run = async (options: Partial<CleanUpOptions> = {}): Promise<readonly CleanUpEvent[]> => {
    const events: CleanUpEvent[] = [];
    for await (const event of cleanUp({ ...site, deadAfterHours: 0, ...options })) events.push(event);
    return events;
  };
  const purgeAll = async (pool: ConnectionPool = site.pool): Promise<void> => {
    const askSpace = async () => ({ usedBytes: 100, freeBytes: 0 });
    for await (const _ of purge({ ...site, pool, askSpace })) {
      // Works as it is taken.
    }
  };
  /** Units on line by number; each must be whole. */
  const wholeUnits = async (): Promise<readonly unknown[]> => {
    const rows = await site.query(
      sql`SELECT ds_index, online_loc FROM public.sum_main WHERE online_status = 'Y' ORDER BY 1`,
    );
    for (const { online_loc: folder } of rows) {
      expect(await readFile(`${folder}/S00000/image.fits`, "utf8")).toBe("SIMPLE");
      expect(await readFile(`${folder}/Records.txt`, "utf8")).toBe(FILES["Records.txt"]);
    }
    return rows.map((row) => row.ds_index);
  };
  const left = async () => ({
    folders: [...(await site.names(site.partitions[0])), ...(await site.names(site.partitions[1]))],
    open: await site.query(sql`SELECT sumid FROM public.sum_open`),
    states: (await site.query(sql`SELECT status FROM public.sum_partn_alloc`)).map(({ status }) => status),
  });
  const NOTHING = { folders: [], open: [], states: [] };
  /** Writes a unit from begin to end, with its record. */
  const write = async (pool: ConnectionPool): Promise<void> => {
    const session = await openSession({ ...site, pool, user: "ex", random: () => 0 });
    try {
      const unit = await session.allocate({ slots: 1 });
      await writeNewFile(join(unit.folder, "S00000/image.fits"), [Buffer.from("SIMPLE")]);
      const units = [{ unit, recnums: new Map([[0, 1041n]]) }];
      await session.commit([{ series: "su_ex.mag45", retentionDays: 9, archive: 0, units }], async () => {
        const transaction = await pool.begin({ access: "write", statementTimeoutMs: 5000 });
        await transaction.query(sql`INSERT INTO su_ex.mag45 VALUES (1041, ${param(unit.sunum, "int8")})`);
        await transaction.commit();
      });
    } catch (error) {
      await session.rollback();
      throw error;
    }
    await session.close();
  };

  it("leaves a session whose process lives, and ends it when that was killed at any step", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sums-writer-"));
    const program = await buildWriter(folder);
    for (const steps of [1, 3, 4]) {
      await site.clear();
      const writer = startWriter(program, site.database.url);
      const told: string[] = [];
      for (let n = 0; n < steps; n++) told.push(await writer.next());
      expect(await run({ dryRun: true })).toEqual([]);
      expect(await run()).toEqual([]);
      const before = await left();
      await writer.kill();
      // The server notices by itself, within moments.
      await vi.waitUntil(async () => (await run({ dryRun: true })).length > 0, {
        interval: 10,
        timeout: 10_000,
      });
      expect(await left()).toEqual(before);
      const sumid = BigInt(told[0]!.replace("open ", ""));
      const sunum = told[1] === undefined ? undefined : BigInt(told[1].replace("allocated ", ""));
      const unfinished = sunum === undefined || steps === 4 ? [] : [sunum];
      expect(await run()).toEqual([{ kind: "session", sumid, sunums: unfinished }]);
      if (steps < 4) expect(await left()).toEqual(NOTHING);
      else expect(await wholeUnits()).toEqual([sunum]);
    }
    // The unit that was put has no record: it is given up, and the next purge takes it.
    expect(await run({ orphans: orphans() })).toMatchObject([{ kind: "orphan", series: "su_ex.mag45" }]);
    await purgeAll();
    expect(await left()).toEqual(NOTHING);
    await rm(folder, { recursive: true });
  });

  it("ends a session of other software when it is old enough, or has no row any more", async () => {
    await site.query(sql`
      INSERT INTO public.sum_open VALUES (7, localtimestamp - interval '5 hours'), (8, localtimestamp - interval '3 hours')`);
    for (const sumid of [7n, 8n, 9n])
      await site.query(sql`
        INSERT INTO public.sum_partn_alloc (wd, sumid, status, ds_index)
        VALUES (${param(`${site.partitions[0]}/D${sumid}`, "text")}, ${param(sumid, "int8")}, 1, 0)`);
    expect(await run({ deadAfterHours: 4 })).toEqual([
      { kind: "session", sumid: 7n, sunums: [7n] },
      { kind: "session", sumid: 9n, sunums: [9n] },
    ]);
    expect(await left()).toMatchObject({ open: [{ sumid: 8n }], states: [1] });
  });

  it("gives up units of this site that no record points to, and no others", async () => {
    const first = FIRST_SUNUM;
    await site.give({ sunum: first, files: FILES, expiresIn: 50 });
    await site.give({ sunum: first + 1n, files: FILES, expiresIn: 50 });
    await site.give({
      sunum: first + 2n,
      files: { ...FILES, "Records.txt": FILES["Records.txt"].replace("mag45", "none") },
    });
    await site.give({ sunum: first + 3n }); // a log: no Records.txt
    await site.give({ sunum: first + 4n, files: { ...FILES, "Records.txt": "garbage" } });
    await site.give({ sunum: 99n, files: FILES }); // of another site
    await site.query(sql`INSERT INTO su_ex.mag45 VALUES (1041, ${param(first + 1n, "int8")})`);
    const found = [{ kind: "orphan", sunum: first, series: "su_ex.mag45" }];
    expect(await run({ orphans: { ...orphans(), minAgeHours: 1 } })).toEqual([]);
    expect(await run({ orphans: orphans(), dryRun: true })).toEqual(found);
    expect(await run({ orphans: orphans() })).toEqual(found);
    expect(
      await site.query(sql`SELECT ds_index FROM public.sum_partn_alloc WHERE effective_date = '0'`),
    ).toEqual([{ ds_index: first }]);
    expect(site.lines.join()).toContain(String(first + 4n));
  });

  it.each(["a step", "the answer of a commit"] as const)(
    "ends what is left of a write whose database was lost at %s, whichever",
    async (loss) => {
      const outcomes = { whole: 0, nothing: 0 };
      for (let at = 1; ; at++) {
        await site.clear();
        await site.query(sql`DELETE FROM su_ex.mag45`);
        const pool = losingPool(site.pool, loss, at);
        await write(pool).catch(() => undefined);
        await pool.dropAll();
        await wholeUnits();
        const pointed = (await site.query(sql`SELECT sunum FROM su_ex.mag45`)).map(({ sunum }) => sunum);
        await run({ orphans: orphans() });
        await purgeAll();
        // What a record points to is whole; nothing else is left.
        expect(await wholeUnits()).toEqual(pointed);
        const folders = pointed.map((sunum) => `D${sunum}`);
        expect(await left()).toEqual({ folders, open: [], states: pointed.map(() => 2) });
        outcomes[pointed.length > 0 ? "whole" : "nothing"]++;
        if (!pool.lost) break;
      }
      expect(outcomes.whole).toBeGreaterThan(1);
      expect(outcomes.nothing).toBeGreaterThan(loss === "a step" ? 15 : 2);
    },
  );

  it.each(["a step", "the answer of a commit"] as const)(
    "ends what is left of a purge whose database was lost at %s, whichever",
    async (loss) => {
      const outcomes = { whole: 0, nothing: 0 };
      for (let at = 1; ; at++) {
        await site.clear();
        await site.give({ sunum: 5n, files: FILES });
        const pool: LosingPool = losingPool(site.pool, loss, at);
        await purgeAll(pool).catch(() => undefined);
        await pool.dropAll();
        await run();
        const known = await wholeUnits();
        expect(await left()).toEqual(known.length > 0 ? { folders: ["D5"], open: [], states: [2] } : NOTHING);
        outcomes[known.length > 0 ? "whole" : "nothing"]++;
        if (!pool.lost) break;
      }
      expect(outcomes.whole).toBeGreaterThan(loss === "a step" ? 10 : 0);
      expect(outcomes.nothing).toBeGreaterThan(0);
    },
  );
});
