import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChangePosition } from "../../../netdrms/changes/change-position.js";
import { positionJson, readPosition } from "../../../netdrms/changes/change-position.js";
import { type FollowOptions, followChanges, retryDelay } from "../../../netdrms/changes/follow-changes.js";
import { makeChangeTracking } from "../../../netdrms/changes/track-series.js";
import { withUser } from "../../../netdrms/postgres/database-url.js";
import type { Series } from "../../../netdrms/series/model.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { addRecords, ChangeLog, drmsTime, slottedJsd } from "../../support/tracked-series.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";

const postgres = await postgresForTest();

/** Longer than any test. */
const NEVER_MS = 600_000;

describe.skipIf(postgres.missing)(postgres.title("followers of changes"), () => {
  let archive: WrittenArchive;
  let series: Series;
  let other: Series;
  let stop: AbortController;
  let running: Promise<void>[];
  let recnum = 0;
  let position: ChangePosition | undefined;

  beforeAll(async () => {
    archive = await writtenArchive();
    series = await archive.makeSeries(slottedJsd("su_ex.mag"));
    other = await archive.makeSeries(slottedJsd("su_ex.other"));
    await makeChangeTracking(archive.database.url, { track: ["su_ex.mag", "su_ex.other"], untrack: [] });
  });
  afterAll(() => archive.end());
  beforeEach(() => {
    stop = new AbortController();
    running = [];
    position = undefined;
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(running);
  });

  /** Follows and keeps its position, as those do who go on where another one was. */
  function follow(log: ChangeLog, options: Partial<FollowOptions> = {}): void {
    running.push(
      followChanges({
        url: archive.database.url,
        series: [series],
        load: async () => (position === undefined ? undefined : readPosition(positionJson(position))),
        onChange: async (batch) => {
          await log.onChange(batch);
          position = batch.position;
        },
        onError: log.onError,
        intervalMs: NEVER_MS,
        retryMs: () => 0,
        signal: stop.signal,
        ...options,
      }),
    );
  }

  const insert = (
    time: string,
    more: { readonly camera?: number } = {},
    table = "su_ex.mag",
  ): Promise<number> =>
    withClient(archive.database.url, async (client) => {
      recnum++;
      await addRecords(client, table, [{ recnum, time, ...more }]);
      return recnum;
    });

  const run = (sql: string, values: readonly unknown[] = []): Promise<unknown> => archive.rows(sql, values);

  /** Ends the connections that listen. */
  const cut = (): Promise<unknown> =>
    run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'heliostream changes' AND datname = current_database()",
    );

  async function begun(options: Partial<FollowOptions> = {}): Promise<ChangeLog> {
    const log = new ChangeLog();
    follow(log, options);
    await log.until(({ batches }) => batches.length > 0);
    return log;
  }

  it("know nothing of what was before they began", async () => {
    await insert("2014.01.01_TAI");
    const log = await begun();
    expect(log.batches[0]).toMatchObject({
      changes: [],
      lost: ["su_ex.mag"],
      position: { tracked: ["su_ex.mag"] },
    });
  });

  it("are told of a record that comes, changes, moves and goes, with its times and keys", async () => {
    const log = await begun();
    const [first, second] = [drmsTime("2014.01.02_TAI"), drmsTime("2014.01.05_TAI")];
    const number = await insert("2014.01.02_TAI", { camera: 2 });
    await run("UPDATE su_ex.mag SET datamean = 3 WHERE recnum = $1", [number]);
    await run("UPDATE su_ex.mag SET t_rec = $1, t_rec_index = t_rec_index + 360 WHERE recnum = $2", [
      second,
      number,
    ]);
    await run("DELETE FROM su_ex.mag WHERE recnum = $1", [number]);
    await log.until(({ changes }) => changes.length >= 5);
    // Slots of 720 s from 1993-01-01: 21 years with 5 leap days.
    const slot = ((21 * 365 + 5 + 1) * 86_400) / 720;
    const told = (kind: string, time: number, key: number) => ({
      series: "su_ex.mag",
      kind,
      recnum: BigInt(number),
      first: time,
      last: time,
      keys: [String(key), "2"],
    });
    expect(log.changes.slice(0, 2)).toEqual([told("insert", first, slot), told("update", first, slot)]);
    // What it was and what it is, in any order.
    expect(log.changes.slice(2, 4).toSorted((a, b) => a.first! - b.first!)).toEqual([
      told("update", first, slot),
      told("update", second, slot + 360),
    ]);
    expect(log.changes.slice(4)).toEqual([told("delete", second, slot + 360)]);
    expect(log.lost).toEqual(["su_ex.mag"]);
  });

  it("are told that a table was emptied, and of many records at once by the range of their times", async () => {
    const log = await begun();
    await run("TRUNCATE su_ex.mag");
    await run(`INSERT INTO su_ex.mag (recnum, t_rec, t_rec_index, camera)
      SELECT 1000 + n, 720.0 * n, n, 1 FROM generate_series(1, 50001) AS n`);
    await run("DELETE FROM su_ex.mag WHERE recnum > 1000");
    await log.until(({ changes }) => changes.length >= 3);
    expect(log.changes).toEqual([
      {
        series: "su_ex.mag",
        kind: "truncate",
        first: Number.NEGATIVE_INFINITY,
        last: Number.POSITIVE_INFINITY,
      },
      { series: "su_ex.mag", kind: "insert", first: 720, last: 720 * 50_001 },
      { series: "su_ex.mag", kind: "delete", first: 720, last: 720 * 50_001 },
    ]);
  });

  it("are told nothing of statements that change no record, of what was rolled back, and of other series", async () => {
    const log = await begun();
    await run("UPDATE su_ex.mag SET datamean = 3 WHERE recnum = -1");
    await withClient(archive.database.url, async (client) => {
      await client.query("BEGIN");
      await addRecords(client, "su_ex.mag", [{ recnum: 900_000, time: "2014.01.01_TAI" }]);
      await client.query("ROLLBACK");
    });
    await insert("2014.01.01_TAI", {}, "su_ex.other");
    const number = await insert("2014.01.01_TAI");
    await log.until(({ changes }) => changes.length > 0);
    expect(log.recnums).toEqual([number]);
  });

  it("are told of a transaction that ends after others that began later, and of each record once", async () => {
    const log = await begun();
    const [early, late, last] = [recnum + 1, recnum + 2, recnum + 3];
    recnum += 3;
    const time = "2014.02.01_TAI";
    await withClient(archive.database.url, (slow) =>
      withClient(archive.database.url, async (quick) => {
        await slow.query("BEGIN");
        await addRecords(slow, "su_ex.mag", [{ recnum: early, time }]);
        // The second takes a later transaction number and a later row number, and ends first.
        await quick.query("BEGIN");
        await addRecords(quick, "su_ex.mag", [{ recnum: late, time }]);
        await quick.query("COMMIT");
        await log.until(({ changes }) => changes.length >= 1);
        expect(log.recnums).toEqual([late]);
        await slow.query("COMMIT");
        await log.until(({ changes }) => changes.length >= 2);
        expect(log.recnums).toEqual([late, early]);
        await addRecords(quick, "su_ex.mag", [{ recnum: last, time }]);
      }),
    );
    await log.until(({ changes }) => changes.length >= 3);
    expect(log.recnums).toEqual([late, early, last]);
  });

  it("are told after a disconnect of what changed meanwhile", async () => {
    let connect: () => void = () => undefined;
    const connected = new Promise<void>((resolve) => {
      connect = resolve;
    });
    let loads = 0;
    const log = await begun({
      // Holds the second connection up until the records are there.
      load: async () => {
        if (loads++ > 0) await connected;
        return position;
      },
    });
    await cut();
    await log.until(({ errors }) => errors.length > 0);
    expect(log.errors[0]).toMatchObject({ code: "ARCHIVE_AWAY" });
    const numbers = [await insert("2014.03.01_TAI"), await insert("2014.03.02_TAI")];
    connect();
    await log.until(({ changes }) => changes.length >= 2);
    expect(log.recnums).toEqual(numbers);
    expect(log.lost).toEqual(["su_ex.mag"]);
    // And it listens again.
    const next = await insert("2014.03.03_TAI");
    await log.until(({ changes }) => changes.length >= 3);
    expect(log.recnums).toEqual([...numbers, next]);
  });

  it("are told again of what they could not do", async () => {
    const log = await begun();
    stop.abort();
    await Promise.all(running);
    stop = new AbortController();
    let fails = true;
    const second = new ChangeLog();
    follow(second, {
      onChange: async (batch) => {
        if (batch.changes.length > 0 && fails) {
          fails = false;
          throw new Error("no room");
        }
        await second.onChange(batch);
        position = batch.position;
      },
    });
    await second.until(({ batches }) => batches.length > 0);
    const number = await insert("2014.03.04_TAI");
    await second.until(({ changes }) => changes.length > 0);
    expect(second.errors).toEqual([new Error("no room")]);
    expect(second.recnums).toEqual([number]);
    expect(log.changes).toEqual([]);
  });

  it("go on where they had stopped", async () => {
    await begun();
    stop.abort();
    await Promise.all(running);
    const numbers = [await insert("2014.04.01_TAI"), await insert("2014.04.02_TAI")];
    stop = new AbortController();
    const log = await begun();
    expect(log.recnums).toEqual(numbers);
    expect(log.lost).toEqual([]);
  });

  it("are told that all may have changed where rows they had not read are gone", async () => {
    await begun({ series: [series, other] });
    stop.abort();
    await Promise.all(running);
    await insert("2014.04.03_TAI");
    await run(
      "UPDATE drms.heliostream_changes SET at = now() - interval '31 days' WHERE series = 'su_ex.mag'",
    );
    await run("SELECT drms.heliostream_prune()");
    const number = await insert("2014.04.04_TAI", {}, "su_ex.other");
    stop = new AbortController();
    const log = await begun({ series: [series, other] });
    expect(log.lost).toEqual(["su_ex.mag"]);
    expect(log.recnums).toEqual([number]);
  });

  it("are told that all may have changed where the series was not tracked for a time", async () => {
    await begun();
    stop.abort();
    await Promise.all(running);
    await makeChangeTracking(archive.database.url, { track: [], untrack: ["su_ex.mag"] });
    await insert("2014.04.05_TAI");
    await makeChangeTracking(archive.database.url, { track: ["su_ex.mag"], untrack: [] });
    stop = new AbortController();
    const log = await begun();
    expect(log.lost).toEqual(["su_ex.mag"]);
  });

  it("take turns: one is told, and when it is gone the next one is told of the rest", async () => {
    const turn = 0x1234_5678_9abcn;
    const [first, second] = [new ChangeLog(), new ChangeLog()];
    const gone = new AbortController();
    follow(first, { turn, turnMs: 5, signal: gone.signal });
    await first.until(({ batches }) => batches.length > 0);
    follow(second, { turn, turnMs: 5 });
    const one = await insert("2014.05.01_TAI");
    await first.until(({ changes }) => changes.length > 0);
    expect([first.recnums, second.batches.length]).toEqual([[one], 0]);
    gone.abort();
    const two = await insert("2014.05.02_TAI");
    await second.until(({ changes }) => changes.length > 0);
    expect(second.recnums).toEqual([two]);
    expect(second.lost).toEqual([]);
  });

  it("name the database where the number of its cluster may not be asked for", async () => {
    await run("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
    await run(
      "DO $$ BEGIN CREATE ROLE reader_of_changes LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    );
    const log = await begun({ url: withUser(archive.database.url, "reader_of_changes") });
    expect(log.batches[0]?.position.server).toBe(
      `database ${(await archive.rows("SELECT oid::text AS oid FROM pg_database WHERE datname = current_database()"))[0]?.oid}/${archive.database.name}`,
    );
    await run("GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC");
  });

  it("try again and again where no database answers, until they are told to stop", async () => {
    const log = new ChangeLog();
    const waits: number[] = [];
    follow(log, {
      url: "postgresql://127.0.0.1:1/none",
      retryMs: (attempt) => {
        waits.push(attempt);
        return 0;
      },
    });
    await log.until(({ errors }) => errors.length >= 3);
    expect(log.errors.slice(0, 3)).toMatchObject(Array(3).fill({ code: "ARCHIVE_AWAY" }));
    expect(waits.slice(0, 2)).toEqual([0, 1]);
    expect([0, 1, 2, 7, 1000].map(retryDelay)).toEqual([250, 500, 1000, 30_000, 30_000]);
  });

  it("serve a role that only reads", async () => {
    await run(
      "DO $$ BEGIN CREATE ROLE reader_of_changes LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    );
    const log = await begun({ url: withUser(archive.database.url, "reader_of_changes") });
    const number = await insert("2014.05.03_TAI");
    await log.until(({ changes }) => changes.length > 0);
    expect([log.recnums, log.errors]).toEqual([[number], []]);
  });
});
