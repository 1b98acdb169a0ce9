import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blockPath } from "../../../cache/block-path.js";
import { FileIndex } from "../../../cache/index/file-index.js";
import type { BuildJob } from "../../../cache/queue/build-queue.js";
import { buildsOf } from "../../../cache/work/do-build.js";
import { dayJob } from "../queue/support.js";
import { type SampleSite, sampleSite } from "./sample-site.js";

/** 2021-06-30, days since 2000-01-01. */
const JUNE_30 = 7851;

let site: SampleSite;
beforeEach(() => {
  site = sampleSite();
});
afterEach(() => site.remove());

async function build(job: BuildJob, leaseMs?: number) {
  const doBuild = buildsOf({ ...site, ...(leaseMs === undefined ? {} : { leaseMs }) });
  return await doBuild(job, () => {}, new AbortController().signal);
}

/** An index where records change just before a block of theirs is put on record, so many times. */
class ChangingIndex extends FileIndex {
  #left: number;

  constructor(cacheRoot: string, times: number) {
    super(cacheRoot);
    this.#left = times;
  }

  override async publish(...[level, details, claim]: Parameters<FileIndex["publish"]>) {
    const { number } = details;
    if (this.#left-- > 0) await this.markChanged(level, { first: number, end: number + 1 });
    return await super.publish(level, details, claim);
  }
}

describe("what a worker does with a job", () => {
  it("is to build the blocks of all levels in its span", async () => {
    site.write(
      "Demo/Pump4",
      "reader = 'synthetic --cadence 60s'",
      "cacheLevel_00 = '60 s | daily'",
      "cacheLevel_01 = '600 s | hourly'",
      "cacheLevel_02 = '3600 s | monthly'",
    );
    const report = await build(dayJob("Demo/Pump4", JUNE_30));
    expect(report).toMatchObject({ built: { "bin-60s daily": 1, "bin-600s hourly": 24 }, readerRuns: 1 });
    const [daily] = await site.levels("Demo/Pump4");
    expect(existsSync(blockPath(daily!, JUNE_30))).toBe(true);
    expect(await build(dayJob("Demo/Pump4", JUNE_30))).toMatchObject({ built: {}, readerRuns: 0 });
  });

  it("goes by the definition as it is at that moment", async () => {
    site.write("Demo/Pump4", "reader = 'synthetic --cadence 60s'", "cacheLevel_00 = '60 s | daily'");
    await build(dayJob("Demo/Pump4", JUNE_30));
    site.write("Demo/Pump4", "reader = 'synthetic --cadence 30s'", "cacheLevel_00 = '60 s | daily'");
    expect(await build(dayJob("Demo/Pump4", JUNE_30))).toMatchObject({ built: { "bin-60s daily": 1 } });
  });

  it("says that there is no such source, or that it keeps no such blocks", async () => {
    site.write("Demo/Plain", "reader = 'synthetic'");
    site.write("Demo/Pump4", "reader = 'synthetic'", "cacheLevel_00 = '60 s | daily'");
    await expect(build(dayJob("Demo/Nothing", 1))).rejects.toMatchObject({ code: "NO_SUCH_SOURCE" });
    await expect(build(dayJob("Demo/Plain", 1))).rejects.toMatchObject({ code: "BAD_PARAMETER" });
    await expect(build({ ...dayJob("Demo/Pump4", 1), params: ["x"] })).rejects.toMatchObject({
      code: "BAD_PARAMETER",
    });
  });

  it("measures a source first whose levels are chosen by themselves", async () => {
    site.write(
      "Demo/Auto",
      "reader = 'synthetic --cadence 60s'",
      "validRange = '2021-01-01 to 2022-01-01'",
      "cacheLevels = auto",
    );
    const report = await build({ ...dayJob("Demo/Auto", 21), period: "yearly" });
    const levels = await site.levels("Demo/Auto");
    expect(levels.length).toBeGreaterThan(1);
    expect(Object.keys(report.built)).toHaveLength(levels.length);
  });

  it("is over only when blocks are there that a builder who died had claimed", async () => {
    site.write("Demo/Pump4", "reader = 'synthetic --cadence 60s'", "cacheLevel_00 = '60 s | hourly'");
    const [hourly] = await site.levels("Demo/Pump4");
    const dead = [24 * JUNE_30 + 3, 24 * JUNE_30 + 4];
    await site.index.claim(hourly!, dead, "dead", 1500);
    const report = await build(dayJob("Demo/Pump4", JUNE_30), 1500);
    expect(report.built).toEqual({ "bin-60s hourly": 24 });
    expect(dead.every((number) => existsSync(blockPath(hourly!, number)))).toBe(true);
  });

  it("leaves blocks to a builder who lives", async () => {
    site.write("Demo/Pump4", "reader = 'synthetic --cadence 60s'", "cacheLevel_00 = '60 s | hourly'");
    const [hourly] = await site.levels("Demo/Pump4");
    await site.index.claim(hourly!, [24 * JUNE_30 + 3], "alive", 60_000);
    const report = await build(dayJob("Demo/Pump4", JUNE_30), 500);
    expect(report.built).toEqual({ "bin-60s hourly": 23 });
  });

  it.each([
    { changes: 1, state: "present" },
    { changes: 99, state: "stale" },
  ])(
    "builds a block once more whose records changed while it was built ($changes times)",
    async ({ changes, state }) => {
      site.write("Demo/Pump4", "reader = 'synthetic --cadence 60s'", "cacheLevel_00 = '60 s | daily'");
      const { index } = sampleSite(site.root, (root) => new ChangingIndex(root, changes));
      const doBuild = buildsOf({ ...site, index });
      const report = await doBuild(dayJob("Demo/Pump4", JUNE_30), () => {}, new AbortController().signal);
      expect(report.readerRuns).toBe(2);
      const [daily] = await site.levels("Demo/Pump4");
      const { runs } = await index.coverage(
        daily!,
        { first: JUNE_30, end: JUNE_30 + 1 },
        { now: site.now() },
      );
      expect(runs).toEqual([{ first: JUNE_30, end: JUNE_30 + 1, state }]);
    },
  );
});
