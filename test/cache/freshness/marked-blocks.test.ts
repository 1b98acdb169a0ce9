import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeChangeTracking } from "../../../netdrms/changes/track-series.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { addRecords, drmsTime, slottedJsd } from "../../support/tracked-series.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { WatchedArchive } from "./watched-archive.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(
  postgres.title("a record that changes marks the blocks of its time"),
  () => {
    let archive: WrittenArchive;
    let cache: WatchedArchive;
    let recnum = 0;

    beforeAll(async () => {
      archive = await writtenArchive();
      await archive.makeSeries(slottedJsd("su_ex.mag"));
      await archive.makeSeries(slottedJsd("su_ex.other"));
      await archive.makeSeries(
        slottedJsd("su_ex.linking", {
          more: `Link: MAG, su_ex.mag, dynamic, "Of the same time"\nKeyword:MAGMEAN, link, MAG, DATAMEAN, "Mean"`,
        }),
      );
      await makeChangeTracking(archive.database.url, {
        track: ["su_ex.mag", "su_ex.other", "su_ex.linking"],
        untrack: [],
      });
    });
    afterAll(() => archive.end());
    beforeEach(async () => {
      await archive.rows("TRUNCATE su_ex.mag, su_ex.other, su_ex.linking");
      cache = await WatchedArchive.make(archive.database.url);
      await cache.define("Mag", `drms-keywords "ds=su_ex.mag[][1]" key=DATAMEAN`);
    });

    const run = (sql: string, values: readonly unknown[] = []): Promise<unknown> => archive.rows(sql, values);
    const insert = (
      time: string,
      more: { readonly camera?: number } = {},
      series = "su_ex.mag",
    ): Promise<number> =>
      withClient(archive.database.url, async (client) => {
        recnum++;
        await addRecords(client, series, [{ recnum, time, ...more }]);
        return recnum;
      });

    /** Fills the cache and watches it as one that has been watched all the time. */
    async function watchFull(...ids: readonly string[]): Promise<void> {
      const first = await cache.watch();
      await first.close();
      for (const id of ids) await cache.fill(id);
      await cache.watch();
      for (const id of ids) expect(await cache.stale(id)).toEqual({});
    }
    const marked = (changes: number): Promise<void> => cache.until((of) => of.changes >= changes);

    /** Noon of the last day of January is in one block of each level. */
    const NOON = {
      "intrinsic hourly": ["2014-01-31T12"],
      "bin-60s daily": ["2014-01-31"],
      "bin-3600s monthly": ["2014-01"],
    };
    const NEXT_DAY = {
      "intrinsic hourly": ["2014-02-01T06"],
      "bin-60s daily": ["2014-02-01"],
      "bin-3600s monthly": ["2014-02"],
    };

    it("when it comes: one block at each of three levels, and the builds that make them anew", async () => {
      await watchFull("Mag");
      await insert("2014.01.31_12:24:35_TAI");
      await marked(1);
      expect(await cache.stale("Mag")).toEqual(NOON);
      expect(cache.reports.at(-1)?.marked.map(({ numbers }) => numbers.length)).toEqual([1, 1, 1]);
      // The month is built by a job that holds the day and the hour as well.
      expect(cache.jobs).toEqual([
        { sourceId: "Mag", params: [], period: "monthly", number: 14 * 12, urgency: "prefetch" },
      ]);
      expect(cache.errors).toEqual([]);
    });

    it("when it is edited, and when it goes", async () => {
      const [first, second] = [await insert("2014.01.31_12:24_TAI"), await insert("2014.02.01_06:24_TAI")];
      await watchFull("Mag");
      await run("UPDATE su_ex.mag SET datamean = 5 WHERE recnum = $1", [first]);
      await marked(1);
      expect(await cache.stale("Mag")).toEqual(NOON);
      await run("DELETE FROM su_ex.mag WHERE recnum = $1", [second]);
      await marked(2);
      expect(await cache.stale("Mag")).toEqual({
        "intrinsic hourly": [...NOON["intrinsic hourly"], ...NEXT_DAY["intrinsic hourly"]],
        "bin-60s daily": [...NOON["bin-60s daily"], ...NEXT_DAY["bin-60s daily"]],
        "bin-3600s monthly": [...NOON["bin-3600s monthly"], ...NEXT_DAY["bin-3600s monthly"]],
      });
    });

    it("when a new version of it comes", async () => {
      await insert("2014.02.01_06:24_TAI");
      await watchFull("Mag");
      await insert("2014.02.01_06:24_TAI");
      await marked(1);
      expect(await cache.stale("Mag")).toEqual(NEXT_DAY);
    });

    it("where it was and where it is, when it is moved", async () => {
      const number = await insert("2014.01.31_12:24_TAI");
      await watchFull("Mag");
      await run(
        "UPDATE su_ex.mag SET t_rec = t_rec + 64800, t_rec_index = t_rec_index + 90 WHERE recnum = $1",
        [number],
      );
      await marked(2);
      expect(await cache.stale("Mag")).toEqual({
        "intrinsic hourly": ["2014-01-31T12", "2014-02-01T06"],
        "bin-60s daily": ["2014-01-31", "2014-02-01"],
        "bin-3600s monthly": ["2014-01", "2014-02"],
      });
    });

    it("alone, although its slot reaches into the next block, unless another version lies there", async () => {
      // The slot at 2014-02-01T00:00 TAI reaches from 23:53:25 to 00:05:25 UTC; its nominal time is 23:59:25 UTC.
      await insert("2014.02.01_00:00:00_TAI");
      await watchFull("Mag");
      await insert("2014.02.01_00:00:00_TAI");
      await marked(1);
      const before = {
        "intrinsic hourly": ["2014-01-31T23"],
        "bin-60s daily": ["2014-01-31"],
        "bin-3600s monthly": ["2014-01"],
      };
      expect(await cache.stale("Mag")).toEqual(before);
      // A version of 00:02:25 UTC hides the others, which stay in the table.
      await insert("2014.02.01_00:03:00_TAI");
      await marked(2);
      const both = {
        "intrinsic hourly": ["2014-01-31T23", "2014-02-01T00"],
        "bin-60s daily": ["2014-01-31", "2014-02-01"],
        "bin-3600s monthly": ["2014-01", "2014-02"],
      };
      expect(await cache.stale("Mag")).toEqual(both);
      await cache.fill("Mag");
      expect(await cache.stale("Mag")).toEqual({});
      await insert("2014.02.01_00:00:00_TAI");
      await marked(3);
      expect(await cache.stale("Mag")).toEqual(both);
    });

    it("of no source of another series, or of records with other keys", async () => {
      await cache.define("Other", "drms-keywords ds=su_ex.other key=DATAMEAN");
      await cache.define("Two", `drms-keywords "ds=su_ex.mag[][2-3]" key=DATAMEAN`);
      await cache.define("Any", "drms-keywords ds=su_ex.mag key=DATAMEAN");
      await watchFull("Mag", "Other", "Two", "Any");
      await insert("2014.01.31_12:24_TAI", { camera: 2 });
      await marked(1);
      expect(await cache.stale("Mag")).toEqual({});
      expect(await cache.stale("Other")).toEqual({});
      expect(await cache.stale("Two")).toEqual(NOON);
      expect(await cache.stale("Any")).toEqual(NOON);
    });

    it("for each set of reader parameters that has blocks", async () => {
      await cache.define(
        "Mag",
        "drms-keywords ds=su_ex.mag key=DATAMEAN,T_OBS",
        "cacheLevel_00 = '60 s | daily'\ncacheLevel_01 = '60 s | daily | show=DATAMEAN'",
      );
      await watchFull("Mag");
      await insert("2014.01.31_12:24_TAI");
      await marked(1);
      expect(
        cache.reports.at(-1)?.marked.map(({ level, numbers }) => [level.paramsName, numbers.length]),
      ).toEqual([
        ["_noparam", 1],
        ["show=DATAMEAN", 1],
      ]);
    });

    it("as far as a time beside the key may lie from it", async () => {
      await cache.define("Mag", "drms-keywords ds=su_ex.mag time=T_OBS pad=100 key=DATAMEAN");
      await watchFull("Mag");
      // From 23:59:25 UTC half a slot, one more, the pad of 100 s and a second: 23:39:24 to 00:19:26.
      await insert("2014.02.01_00:00:00_TAI");
      await marked(1);
      expect(await cache.stale("Mag")).toEqual({
        "intrinsic hourly": ["2014-01-31T23", "2014-02-01T00"],
        "bin-60s daily": ["2014-01-31", "2014-02-01"],
        "bin-3600s monthly": ["2014-01", "2014-02"],
      });
    });

    it("and those around it, where a program behind the reader makes something of several", async () => {
      await cache.define(
        "Mag",
        "drms-keywords ds=su_ex.mag key=DATAMEAN #[read.time.min] #[read.time.max] | das2_psd 64 8",
        "cacheLevel_00 = 'intrinsic | daily'",
      );
      const first = await cache.watch();
      await first.close();
      await cache.fill("Mag", [["2014-01-25", "2014-02-06"]]);
      await cache.watch();
      await insert("2014.01.31_12:24_TAI");
      await marked(1);
      // A day is further than 64 records of 720 s; and a block more on both sides.
      expect(await cache.stale("Mag")).toEqual({
        "intrinsic daily": ["2014-01-29", "2014-01-30", "2014-01-31", "2014-02-01", "2014-02-02"],
      });
    });

    it("where links lead to it, wherever it lies itself", async () => {
      await cache.define("Linking", "drms-keywords ds=su_ex.linking key=MAGMEAN");
      await insert("2010.05.01_TAI");
      const linking = await insert("2014.01.31_12:24_TAI", {}, "su_ex.linking");
      await insert("2014.02.01_06:24_TAI", {}, "su_ex.linking");
      await run(
        `UPDATE su_ex.linking SET ln_mag_isset = 1, ln_mag_t_rec_index = m.t_rec_index, ln_mag_camera = m.camera
       FROM su_ex.mag m WHERE linking.recnum = $1`,
        [linking],
      );
      await watchFull("Mag", "Linking");
      await insert("2010.05.01_TAI");
      await marked(1);
      expect(await cache.stale("Linking")).toEqual(NOON);
      expect(await cache.stale("Mag")).toEqual({});
    });

    it("not in blocks that are not there, which are looked for in vain", async () => {
      await watchFull("Mag");
      await insert("2015.06.01_TAI");
      await marked(1);
      expect(cache.reports.at(-1)).toMatchObject({ changes: 1, marked: [], whole: [] });
      expect(cache.jobs).toEqual([]);
    });

    it("by a range of times, where a statement has changed very many", async () => {
      await watchFull("Mag");
      const first = drmsTime("2014.01.31_12:10_TAI");
      await run(
        `INSERT INTO su_ex.mag (recnum, t_rec, t_rec_index, camera)
       SELECT 1000000 + n, $1 + n % 100, 1000, 1 FROM generate_series(1, 50001) AS n`,
        [first],
      );
      await marked(1);
      // 11:57:25 to 12:23 UTC, a slot of 720 s wider on both sides.
      expect(await cache.stale("Mag")).toEqual({
        ...NOON,
        "intrinsic hourly": ["2014-01-31T11", "2014-01-31T12"],
      });
    });
  },
);
