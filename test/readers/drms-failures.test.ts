import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSettings } from "../../netdrms/database/sql.js";
import { withDatabase } from "../../netdrms/postgres/database-url.js";
import { planSelection } from "../../netdrms/query/plan-selection.js";
import { planRecords } from "../../netdrms/records/plan-records.js";
import { findNamed } from "../../netdrms/series/model.js";
import { seriesCatalog } from "../../netdrms/series/series-cache.js";
import { recordRange } from "../../readers/archive/record-range.js";
import { parseTimeRange } from "../../stream/time.js";
import { checkStream } from "../support/check-stream.js";
import { postgresForTest } from "../support/postgres.js";
import { openReader, readerBytes } from "../support/run-reader.js";
import { withClient } from "../support/test-databases.js";
import { type WrittenArchive, writtenArchive } from "../support/written-archive.js";
import { archiveContext } from "./archive-context.js";

const JSD = `Seriesname: su_ex.lots
Author: "A. Author"
Owner: ex
Unitsize: 1
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: T_REC, CAMERA
Description: "Many records"
Keyword: T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"
Keyword: T_REC_step, double, constant, record, 45, %f, sec, "Slot width"
Keyword: T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"
Keyword: CAMERA, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Camera"
Keyword: T_OBS, time, variable, record, DRMS_MISSING_VALUE, 0, TAI, "Time"
Keyword: VALUE, float, variable, record, DRMS_MISSING_VALUE, %f, none, "Value"
`;
const RECORDS = 120_000;
/** 2010.05.01_00:00:00_TAI and its slot of 45 s; netdrms 1.6. */
const [START, SLOT] = [1_051_747_200, 12_151_680];
const RANGE = ["2010-04-30", "2011-01-01"] as const;
const WORDS = ["ds=su_ex.lots[][1]", "key=VALUE"] as const;

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("readers of an archive in trouble"), () => {
  let archive: WrittenArchive;
  beforeAll(async () => {
    archive = await writtenArchive();
    await archive.makeSeries(JSD);
    await archive.rows(
      `INSERT INTO su_ex.lots (recnum, sunum, slotnum, sessionid, t_rec, t_rec_index, camera, t_obs, value)
       SELECT n + 1, -1, -1, 1, $1::float8 + n * 45, $2::int8 + n, 1, $1::float8 + n * 45 + 10, n
         FROM generate_series(0, $3::int8 - 1) AS n`,
      [START, SLOT, RECORDS],
    );
    await archive.rows("VACUUM ANALYZE su_ex.lots");
  });
  afterAll(() => archive.end());

  const bytes = (more: Record<string, string> = {}, url = archive.database.url) =>
    readerBytes("drms-keywords", [...WORDS, ...RANGE], archiveContext(url, more));

  it("give all records, thousands at a time", async () => {
    expect(checkStream(await bytes()).packets).toBe(RECORDS);
  });

  it("say that there is no archive", async () => {
    const context = { ...archiveContext(""), env: {} };
    await expect(readerBytes("drms-keywords", [...WORDS, ...RANGE], context)).rejects.toMatchObject({
      code: "BAD_CONFIG",
      message: expect.stringContaining("DRMS_URL"),
    });
  });

  it("say that the database is away, at once and without its address", async () => {
    const error = await bytes({}, "postgres://reader:secret@127.0.0.1:1/nowhere").catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "ARCHIVE_AWAY" });
    expect(String(error)).not.toMatch(/127\.0\.0\.1|secret|nowhere/);
    await expect(bytes({}, withDatabase(archive.database.url, "nowhere"))).rejects.toMatchObject({
      code: "ARCHIVE_AWAY",
    });
  });

  it("find the database that their arguments name instead of the one of the settings", async () => {
    const context = archiveContext(withDatabase(archive.database.url, "nowhere"));
    const words = [...WORDS, `JSOC_DBNAME=${archive.database.name}`];
    expect(checkStream(await readerBytes("drms-keywords", [...words, ...RANGE], context)).packets).toBe(
      RECORDS,
    );
  });

  it("fail after what they gave when the connection is lost in mid-stream", async () => {
    const source = await openReader(
      "drms-keywords",
      [...WORDS, ...RANGE],
      archiveContext(archive.database.url),
    );
    let packets = 0;
    const all = (async () => {
      for await (const items of source)
        for (const item of items) {
          if (item.kind !== "data") continue;
          if (packets === 0)
            await archive.rows(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%'",
            );
          packets += item.batch.count;
        }
    })();
    await expect(all).rejects.toMatchObject({ code: "ARCHIVE_AWAY" });
    expect(packets).toBeGreaterThan(0);
    expect(packets).toBeLessThan(RECORDS);
    expect(checkStream(await bytes()).packets).toBe(RECORDS);
  });

  it("give up a statement that takes longer than the settings allow", async () => {
    await withClient(archive.database.url, async (client) => {
      // Whoever reads the table waits for this transaction.
      await client.query("BEGIN");
      await client.query("LOCK TABLE su_ex.lots IN ACCESS EXCLUSIVE MODE");
      await expect(bytes({ HELIOSTREAM_DRMS_STATEMENT_TIMEOUT: "0.2" })).rejects.toMatchObject({
        code: "TIME_LIMIT",
      });
      await client.query("ROLLBACK");
    });
    expect(checkStream(await bytes({ HELIOSTREAM_DRMS_STATEMENT_TIMEOUT: "0.2" })).packets).toBe(RECORDS);
  });

  it("end at once when nobody wants their output, wherever they are, and cancel what runs", async () => {
    const running =
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()";
    await withClient(archive.database.url, async (client) => {
      await client.query("BEGIN");
      await client.query("LOCK TABLE su_ex.lots IN ACCESS EXCLUSIVE MODE");
      const abort = new AbortController();
      const context = archiveContext(archive.database.url, {}, abort.signal);
      const all = readerBytes("drms-keywords", [...WORDS, ...RANGE], context);
      const ended = expect(all).rejects.toMatchObject({ code: "CANCELLED" });
      // It waits for the table.
      const waits = "SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted";
      while ((await client.query(waits)).rows[0].n === 0);
      abort.abort();
      await ended;
      await client.query("ROLLBACK");
    });
    for (const leaveAfter of [1, 2, 3]) {
      const source = await openReader(
        "drms-keywords",
        [...WORDS, ...RANGE],
        archiveContext(archive.database.url),
      );
      let portions = 0;
      for await (const _ of source) if (++portions === leaveAfter) break;
    }
    // The last one may still be on its way to its end.
    while ((await archive.rows(running))[0]!.n !== 0);
    expect(checkStream(await bytes()).packets).toBe(RECORDS);
  });

  it("give the same to a slow consumer, in portions that hold until the next is asked for", async () => {
    const source = await openReader(
      "drms-keywords",
      [...WORDS, ...RANGE],
      archiveContext(archive.database.url),
    );
    let next = 0;
    for await (const items of source) {
      await new Promise(setImmediate);
      for (const item of items)
        if (item.kind === "data") {
          const { bytes: packets, count, header } = item.batch;
          const view = new DataView(packets.buffer, packets.byteOffset);
          for (let n = 0; n < count; n++, next++)
            if (view.getFloat32(n * header.stride + 12, true) !== next) throw new Error(`packet ${next}`);
        }
    }
    expect(next).toBe(RECORDS);
  });

  describe("read a range of time", () => {
    /** The plan of PostgreSQL for what a reader asks for, as COPY asks it. */
    async function explained(ds: string, time?: string): Promise<string> {
      const select = await archive.reading(async (database) => {
        const catalog = seriesCatalog(database);
        const range = parseTimeRange("2010-05-20 to 2010-05-21");
        const records = await recordRange(catalog, { ds, time, pad: undefined, cadence: undefined }, range);
        const { series } = records.query;
        const plan = await planRecords(catalog, planSelection(records.query), {
          keywords: [records.time, findNamed(series.keywords, "VALUE")!],
          segments: [],
          order: records.order,
        });
        return withSettings(plan.select, "heliostream.p");
      });
      return withClient(archive.database.url, async (client) => {
        for (const { name, value } of select.settings)
          await client.query("SELECT set_config($1, $2, false)", [name, value]);
        const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${select.text}`);
        return JSON.stringify(rows[0]);
      });
    }

    it("by the index of the prime keys, never by a scan", async () => {
      const plan = await explained("su_ex.lots[][1]");
      expect(plan).toContain('"Index Name":"lots_prime_idx"');
      expect(plan).not.toContain('"Seq Scan"');
    });

    it("by the index also where the times are those of another keyword, which are sorted", async () => {
      const plan = await explained("su_ex.lots[][1]", "T_OBS");
      expect(plan).toContain('"Index Name":"lots_prime_idx"');
      expect(plan).not.toContain('"Seq Scan"');
      expect(plan).toContain("t_obs");
    });
  });
});
