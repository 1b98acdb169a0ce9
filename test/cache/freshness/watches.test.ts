import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startFreshness } from "../../../cache/freshness/start-freshness.js";
import { detailsOf } from "../../../cache/store/sidecar-level.js";
import { DasError } from "../../../errors/das-error.js";
import { makeChangeTracking } from "../../../netdrms/changes/track-series.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { addRecords, drmsTime, slottedJsd } from "../../support/tracked-series.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { madeBlock, publish } from "../support/made-block.js";
import { WatchedArchive } from "./watched-archive.js";

const postgres = await postgresForTest();
const READER = "drms-keywords ds=su_ex.mag key=DATAMEAN";
const DAYS = "cacheLevel_00 = '60 s | daily'";
/** Days from 2000-01-01 to 2014-01-31. */
const JANUARY_31 = 14 * 365 + 4 + 30;

describe.skipIf(postgres.missing)(postgres.title("a watch on the records of a cache"), () => {
  let archive: WrittenArchive;
  let cache: WatchedArchive;
  let recnum = 0;

  beforeAll(async () => {
    archive = await writtenArchive();
    await archive.makeSeries(slottedJsd("su_ex.mag"));
    await archive.makeSeries(slottedJsd("su_ex.other"));
    await archive.makeSeries(slottedJsd("su_ex.plain"));
    await makeChangeTracking(archive.database.url, { track: ["su_ex.mag", "su_ex.other"], untrack: [] });
  });
  afterAll(() => archive.end());
  beforeEach(async () => {
    cache = await WatchedArchive.make(archive.database.url);
    await cache.define("Mag", READER, DAYS);
  });

  const insert = (time: string, series = "su_ex.mag"): Promise<void> =>
    withClient(archive.database.url, (client) => addRecords(client, series, [{ recnum: ++recnum, time }]));
  const marked = (changes: number): Promise<void> => cache.until((of) => of.changes >= changes);
  const whole = (): readonly string[] => cache.reports.flatMap((report) => report.whole);
  const first = { "bin-60s daily": ["2014-01-31"] };
  const second = { "bin-60s daily": ["2014-02-01"] };
  const both = { "bin-60s daily": ["2014-01-31", "2014-02-01"] };

  /** A cache that has been watched since it was empty. */
  async function watchedOnce(looks = 1): Promise<void> {
    const watch = await cache.watch();
    await cache.until(({ reports }) => reports.length >= looks);
    await watch.close();
    await cache.fill("Mag");
  }

  it("marks what changed while nobody watched", async () => {
    await watchedOnce();
    await insert("2014.02.01_06:24_TAI");
    await cache.watch();
    await marked(1);
    expect(await cache.stale("Mag")).toEqual(second);
    expect(whole()).toEqual([]);
  });

  it("marks what changes while its connection is lost", async () => {
    await watchedOnce();
    await cache.watch();
    // The record is there once the connection is gone, and nobody is told of it.
    await archive.rows(
      `WITH cut AS (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'heliostream changes' AND datname = current_database())
       INSERT INTO su_ex.mag (recnum, t_rec, t_rec_index, camera)
       SELECT 500000, $1::float8, floor(($1::float8 - $2::float8) / 720 + 0.5), 1 FROM (SELECT count(*) FROM cut) AS done`,
      [drmsTime("2014.01.31_12:24_TAI"), drmsTime("1993.01.01_TAI")],
    );
    await cache.until(({ errors }) => errors.length > 0);
    await marked(1);
    expect(cache.errors[0]).toMatchObject({ code: "ARCHIVE_AWAY" });
    expect(await cache.stale("Mag")).toEqual(first);
    expect(whole()).toEqual([]);
  });

  it("takes all blocks for stale that were there before it, of the sources that have any", async () => {
    await cache.define("Empty", READER, DAYS);
    await cache.fill("Mag");
    await cache.watch();
    expect(whole()).toEqual(["Mag"]);
    expect(await cache.stale("Mag")).toEqual(both);
    // What is built from then on is watched.
    await cache.fill("Empty");
    await insert("2014.01.31_12:24_TAI");
    await marked(1);
    expect(await cache.stale("Empty")).toEqual(first);
  });

  it("takes all blocks for stale where what it knew is damaged", async () => {
    await watchedOnce();
    const folder = join(cache.setting.cacheRoot, "freshness");
    const [state = ""] = (await readdir(folder)).filter((name) => name.endsWith(".json"));
    const text = await readFile(join(folder, state), "utf8");
    await writeFile(join(folder, state), text.slice(0, text.length / 2));
    await cache.watch();
    expect(whole()).toEqual(["Mag"]);
  });

  it("takes all blocks of a source for stale whose definition was not there when records changed", async () => {
    await cache.define("Other", READER, DAYS);
    await watchedOnce();
    await cache.remove("Mag");
    const between = await cache.watch();
    await insert("2014.01.31_12:24_TAI");
    await marked(1);
    await between.close();
    await cache.define("Mag", READER, DAYS);
    await cache.watch();
    expect(whole()).toEqual(["Mag"]);
  });

  it("takes all blocks for stale where a series was emptied", async () => {
    await watchedOnce();
    await cache.watch();
    await archive.rows("TRUNCATE su_ex.mag");
    await marked(1);
    expect(whole()).toEqual(["Mag"]);
    expect(await cache.stale("Mag")).toEqual(both);
  });

  it("finds new records of a series that is not tracked, also between other numbers", async () => {
    await cache.define("Mag", "drms-keywords ds=su_ex.plain key=DATAMEAN", DAYS);
    await withClient(archive.database.url, (client) =>
      addRecords(
        client,
        "su_ex.plain",
        [1, 5].map((number) => ({ recnum: number, time: "2010.01.01_TAI" })),
      ),
    );
    // A look at what is tracked, and one at the series.
    await watchedOnce(2);
    await cache.watch({ follow: { intervalMs: 5 } });
    await withClient(archive.database.url, (client) =>
      addRecords(client, "su_ex.plain", [{ recnum: 6, time: "2014.02.01_06:24_TAI" }]),
    );
    await marked(1);
    expect(await cache.stale("Mag")).toEqual(second);
    await withClient(archive.database.url, (client) =>
      addRecords(client, "su_ex.plain", [{ recnum: 3, time: "2014.01.31_12:24_TAI" }]),
    );
    await marked(2);
    expect(await cache.stale("Mag")).toEqual(both);
    expect(whole()).toEqual([]);
  });

  it("marks for definitions as they are when a record changes", async () => {
    await watchedOnce();
    await cache.watch();
    // It now has another level, and there is another source of the series.
    await cache.define("Mag", READER, `${DAYS}\ncacheLevel_01 = '1 hr | monthly'`);
    await cache.define("New", `${READER} qmask=0`, DAYS);
    await cache.fill("Mag");
    await insert("2014.01.31_12:24_TAI");
    await marked(1);
    expect(await cache.stale("Mag")).toEqual({ ...first, "bin-3600s monthly": ["2014-01"] });
    expect(whole()).toEqual([]);
  });

  it("marks blocks of an older definition as well, which may come back", async () => {
    await watchedOnce();
    await cache.define("Mag", READER, `reducer = 'das2_bin_peakavgsec'\n${DAYS}`);
    await cache.watch();
    await insert("2014.01.31_12:24_TAI");
    await marked(1);
    expect(cache.reports.at(-1)?.marked).toEqual([]);
    await cache.define("Mag", READER, DAYS);
    expect(await cache.stale("Mag")).toEqual(first);
    expect(whole()).toEqual([]);
  });

  it("leaves a build that read before the change out of date", async () => {
    await watchedOnce();
    await cache.watch();
    const [level] = await cache.levels("Mag");
    if (level === undefined) throw new Error("no level");
    const [claim] = await cache.index.claim(level, [JANUARY_31], "test", 60_000);
    if (claim === undefined) throw new Error("no claim");
    await insert("2014.01.31_12:24_TAI");
    await marked(1);
    const sidecar = await publish(level, JANUARY_31, madeBlock(level, JANUARY_31, 1), false);
    expect(await cache.index.publish(level, detailsOf(sidecar, JANUARY_31), claim)).toBe("outdated");
  });

  it("marks the disk where the index is away, and the index when it is back", async () => {
    await watchedOnce();
    let isAway = true;
    let asked = 0;
    const index = {
      markChanged: (...args: Parameters<typeof cache.index.markChanged>) => {
        asked++;
        return isAway
          ? Promise.reject(new DasError("INDEX_AWAY", "The index does not answer"))
          : cache.index.markChanged(...args);
      },
    };
    await cache.watch({ index, follow: { intervalMs: 600_000, retryMs: () => 5 } });
    await insert("2014.01.31_12:24_TAI");
    await cache.until(({ errors }) => errors.length > 0);
    expect(cache.errors[0]).toMatchObject({ code: "INDEX_AWAY" });
    // The index says that it is present; the disk knows better.
    await expect(cache.stale("Mag")).rejects.toThrow(`${JANUARY_31} is present`);
    isAway = false;
    await marked(1);
    expect(await cache.stale("Mag")).toEqual(first);
    expect(asked).toBeGreaterThan(1);
  });

  it("is one of several that marks; another goes on when it ends", async () => {
    await watchedOnce();
    const one = await cache.watch();
    const reports: number[] = [];
    const other = startFreshness({
      tree: cache.tree,
      setting: cache.setting,
      env: { HELIOSTREAM_DRMS_URL: archive.database.url },
      index: cache.index,
      onError: (error) => void cache.errors.push(error),
      onMarked: ({ changes }) => {
        reports.push(changes);
        cache.reports.push({ changes, marked: [], whole: [] });
        void cache.until(() => true);
      },
      follow: { intervalMs: 600_000, turnMs: 5 },
    });
    try {
      await insert("2014.01.31_12:24_TAI");
      await marked(1);
      expect(reports).toEqual([]);
      await one.close();
      await insert("2014.02.01_06:24_TAI");
      await cache.until(() => reports.some((changes) => changes > 0));
      expect(await cache.stale("Mag")).toEqual(both);
      expect(cache.errors).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

describe("a watch where nothing is to be watched", () => {
  it("connects to nothing, and tells of a source whose archive is not set up, once", async () => {
    const cache = await WatchedArchive.make("postgresql://127.0.0.1:1/none");
    await cache.define("Plain", "some-reader", DAYS);
    await cache.define("Uncached", READER, "");
    await cache.define("Lost", READER, DAYS);
    const watch = startFreshness({
      tree: cache.tree,
      setting: cache.setting,
      env: {},
      index: cache.index,
      onError: (error) => {
        cache.errors.push(error);
        void cache.until(() => true);
      },
      refreshMs: 1,
    });
    await cache.until(({ errors }) => errors.length > 0);
    await watch.close();
    expect(cache.errors).toMatchObject([
      { code: "BAD_CONFIG", message: expect.stringMatching(/^Lost: this server has no archive/) },
    ]);
  });
});
