import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChangePosition } from "../../../netdrms/changes/change-position.js";
import { followChanges } from "../../../netdrms/changes/follow-changes.js";
import { type PolledPage, pollRecords } from "../../../netdrms/changes/poll-records.js";
import { makeChangeTracking } from "../../../netdrms/changes/track-series.js";
import type { Series } from "../../../netdrms/series/model.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { addRecords, ChangeLog, drmsTime, slottedJsd } from "../../support/tracked-series.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";

const postgres = await postgresForTest();
const TIME = "2014.01.01_TAI";

describe.skipIf(postgres.missing)(postgres.title("looks for new records"), () => {
  let archive: WrittenArchive;
  let series: Series;
  let stop: AbortController;
  let running: Promise<void>[];

  beforeAll(async () => {
    archive = await writtenArchive();
    series = await archive.makeSeries(slottedJsd("su_ex.mag"));
  });
  afterAll(() => archive.end());
  beforeEach(async () => {
    await archive.rows("TRUNCATE su_ex.mag");
    stop = new AbortController();
    running = [];
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(running);
  });

  const insert = (...recnums: readonly number[]): Promise<void> =>
    withClient(archive.database.url, (client) =>
      addRecords(
        client,
        "su_ex.mag",
        recnums.map((recnum) => ({ recnum, time: TIME })),
      ),
    );
  const look = (from?: PolledPage): Promise<PolledPage> =>
    archive.reading((database) => pollRecords(database, series, from?.position));
  const recnums = ({ changes }: PolledPage): readonly number[] => changes.map(({ recnum }) => Number(recnum));

  it("begin behind what is there, and say that they do not know what was before", async () => {
    await insert(1, 2);
    const first = await look();
    expect(first).toEqual({ changes: [], position: { last: 2n, gaps: [] }, hasMore: false, isLost: true });
    expect(await look(first)).toEqual({ ...first, isLost: false });
  });

  it("find new records with their time and keys", async () => {
    const first = await look();
    await insert(1);
    const second = await look(first);
    // 21 years with 5 leap days from the epoch, in slots of 720 s.
    expect(second.changes).toEqual([
      {
        series: "su_ex.mag",
        kind: "new",
        recnum: 1n,
        first: drmsTime(TIME),
        last: drmsTime(TIME),
        keys: [String(((21 * 365 + 5) * 86_400) / 720), "1"],
      },
    ]);
    expect(recnums(await look(second))).toEqual([]);
  });

  it("find records of a transaction that ended after those of larger numbers", async () => {
    await insert(1, 2, 7);
    const first = await look();
    expect(first.position).toEqual({ last: 7n, gaps: [{ first: 3n, last: 6n }] });
    const second = await withClient(archive.database.url, async (slow) => {
      await slow.query("BEGIN");
      await addRecords(
        slow,
        "su_ex.mag",
        [8, 9].map((recnum) => ({ recnum, time: TIME })),
      );
      await insert(10);
      const between = await look(first);
      expect(recnums(between)).toEqual([10]);
      await slow.query("COMMIT");
      return between;
    });
    await insert(4, 12);
    const third = await look(second);
    expect(recnums(third)).toEqual([4, 8, 9, 12]);
    expect(third.position).toEqual({
      last: 12n,
      gaps: [
        { first: 3n, last: 3n },
        { first: 5n, last: 6n },
        { first: 11n, last: 11n },
      ],
    });
    expect(recnums(await look(third))).toEqual([]);
  });

  it("give up numbers far below the largest, and keep to a number of gaps", async () => {
    await insert(1, 3);
    const first = await look();
    await archive.rows(
      `INSERT INTO su_ex.mag (recnum) SELECT 200000 + 2 * n FROM generate_series(1, 1500) AS n`,
    );
    const second = await look(first);
    expect(second.position.last).toBe(203_000n);
    expect(second.position.gaps).toHaveLength(1000);
    expect(second.position.gaps.at(-1)).toEqual({ first: 202_999n, last: 202_999n });
    expect(second.position.gaps[0]).toEqual({ first: 201_001n, last: 201_001n });
    expect((await look()).position).toEqual(second.position);
  });

  it("take many records in portions, each once", async () => {
    const first = await look();
    await archive.rows("INSERT INTO su_ex.mag (recnum) SELECT n FROM generate_series(1, 25000) AS n");
    const pages = [await look(first)];
    while (pages.at(-1)?.hasMore) pages.push(await look(pages.at(-1)));
    expect(pages.map(({ changes }) => changes.length)).toEqual([10_000, 10_000, 5000]);
    expect(new Set(pages.flatMap(recnums)).size).toBe(25_000);
  });

  it("know nothing any more of a series that has begun anew", async () => {
    await insert(5);
    const first = await look();
    await archive.rows("TRUNCATE su_ex.mag");
    await insert(1);
    expect(await look(first)).toMatchObject({ changes: [], isLost: true, position: { last: 1n } });
  });

  it("are what a follower does with a series that is not tracked, until it is", async () => {
    await insert(1);
    const log = new ChangeLog();
    let position: ChangePosition | undefined;
    running.push(
      followChanges({
        url: archive.database.url,
        series: [series],
        load: async () => position,
        onChange: async (batch) => {
          position = batch.position;
          await log.onChange(batch);
        },
        onError: log.onError,
        intervalMs: 5,
        signal: stop.signal,
      }),
    );
    await log.until(({ lost }) => lost.length > 0);
    await insert(3);
    await log.until(({ changes }) => changes.length > 0);
    await insert(2);
    await log.until(({ changes }) => changes.length > 1);
    expect(log.recnums).toEqual([3, 2]);
    await makeChangeTracking(archive.database.url, { track: ["su_ex.mag"], untrack: [] });
    await log.until(({ lost }) => lost.length > 1);
    await archive.rows("UPDATE su_ex.mag SET datamean = 1 WHERE recnum = 1");
    await log.until(({ changes }) => changes.some(({ kind }) => kind === "update"));
    await makeChangeTracking(archive.database.url, { track: [], untrack: ["su_ex.mag"] });
    await log.until(({ lost }) => lost.length > 2);
    expect(log.recnums).toEqual([3, 2, 1]);
    expect(log.lost).toEqual(["su_ex.mag", "su_ex.mag", "su_ex.mag"]);
    expect(log.errors).toEqual([]);
  });

  it("leave the others alone where one series is gone", async () => {
    const gone = await archive.makeSeries(slottedJsd("su_ex.gone"));
    await archive.rows("DROP TABLE su_ex.gone");
    const log = new ChangeLog();
    running.push(
      followChanges({
        url: archive.database.url,
        series: [gone, series],
        load: async () => undefined,
        onChange: log.onChange,
        onError: log.onError,
        intervalMs: 5,
        signal: stop.signal,
      }),
    );
    await log.until(({ lost }) => lost.includes("su_ex.mag"));
    await insert(1);
    await log.until(({ changes }) => changes.length > 0);
    expect(log.errors[0]).toMatchObject({ code: "ARCHIVE_FAILED" });
  });
});
