import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { blockPath, SIDECAR_SUFFIX } from "../../../cache/block-path.js";
import type { Level } from "../../../cache/level.js";
import { LocalQueue } from "../../../cache/queue/local-queue.js";
import { openWishes, type Wishes } from "../../../cache/queue/wishes.js";
import { pin } from "../../../cache/store/pins.js";
import { buildsOf } from "../../../cache/work/do-build.js";
import { keepHouse, makeRoom } from "../../../cache/work/housekeeping.js";
import { correctUsage, reindexLevel } from "../../../cache/work/reindex.js";
import { relayWishes } from "../../../cache/work/relay-wishes.js";
import { EXPORT_SUMS_VARIABLE } from "../../../config/archive-settings.js";
import { DasError } from "../../../errors/das-error.js";
import { KeptSums } from "../../../readers/archive/kept-sums.js";
import { dayJob, gate, REPORT } from "../queue/support.js";
import { type SampleSite, sampleSite } from "./sample-site.js";

/** Files that cannot be removed, whoever tries. */
const stuck = new Set<string>();
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const rm: typeof real.rm = async (path, options) => {
    if (stuck.has(String(path))) throw new Error(`EPERM: operation not permitted, unlink '${path}'`);
    await real.rm(path, options);
  };
  return { ...real, rm };
});

const FIRST = 7848;
const DAYS = [0, 1, 2, 3].map((n) => FIRST + n);

let site: SampleSite;
let daily: Level;
beforeEach(async () => {
  site = sampleSite();
  site.write("Demo/Pump4", "reader = 'synthetic --cadence 600s'", "cacheLevel_00 = '600 s | daily'");
  const [level] = await site.levels("Demo/Pump4");
  daily = level!;
});
afterEach(() => {
  stuck.clear();
  site.remove();
});

/** Builds four days; the first was used last of all, the others in their order before it. */
async function buildDays(): Promise<void> {
  const doBuild = buildsOf(site);
  for (const day of DAYS) await doBuild(dayJob("Demo/Pump4", day), () => {}, new AbortController().signal);
  for (const [place, day] of [...DAYS.slice(1), FIRST].entries()) {
    const used = Date.UTC(2022, 0, 1 + place) / 1000;
    utimesSync(`${blockPath(daily, day)}${SIDECAR_SUFFIX}`, used, used);
  }
}

const there = (): number[] => DAYS.filter((day) => existsSync(blockPath(daily, day)));

async function states(): Promise<string[]> {
  const { runs } = await site.index.coverage(daily, { first: FIRST, end: FIRST + 4 }, { now: site.now() });
  return runs.flatMap(({ first, end, state }) => Array.from({ length: end - first }, () => state));
}

describe("makeRoom", () => {
  it("removes what was not used for the longest time, and has the index forget it", async () => {
    await buildDays();
    const all = await site.index.usage();
    const lines: string[] = [];
    // Room for three and a half of four; nine tenths of that are filled again: three.
    const maxBytes = Math.round((all / 4) * 3.5);
    const house = { ...site, maxBytes, log: (line: string) => void lines.push(line) };
    expect(await makeRoom(house)).toEqual({ removed: 1, pinnedBytes: 0 });
    expect(there()).toEqual([FIRST, FIRST + 2, FIRST + 3]);
    expect(await states()).toEqual(["present", "absent", "present", "present"]);
    expect(await site.index.usage()).toBe(await correctUsage(site.index, site.cacheRoot));
    expect(lines).toEqual(["cache: 1 blocks made way"]);
    expect(await makeRoom(house)).toEqual({ removed: 0, pinnedBytes: 0 });
  });

  it("removes nothing where there is room, or no limit, or all is pinned", async () => {
    await buildDays();
    const log = (): void => {};
    const nothing = { removed: 0, pinnedBytes: 0 };
    expect(await makeRoom({ ...site, maxBytes: 0, log })).toEqual(nothing);
    expect(await makeRoom({ ...site, maxBytes: 1e12, log })).toEqual(nothing);
    await pin(daily.folder);
    const pinnedBytes = await site.index.usage();
    expect(await makeRoom({ ...site, maxBytes: 1, log })).toEqual({ removed: 0, pinnedBytes });
    expect(there()).toEqual(DAYS);
  });
});

describe("keepHouse", () => {
  it("makes room as soon as it begins", async () => {
    await buildDays();
    const told = gate<string>();
    const keeping = keepHouse({ ...site, sumsMaxBytes: 0, maxBytes: 1, log: (line) => told.open(line) });
    expect(await told.promise).toBe("cache: 4 blocks made way");
    await keeping.stop();
    expect(there()).toEqual([]);
  });
});

describe("a cache with files that cannot be removed", () => {
  it("has its limit kept all the same, looks for them no more often, and tells of each once", async () => {
    await buildDays();
    const host = hostname()
      .replace(/[^A-Za-z0-9]/g, "_")
      .slice(0, 60);
    // No process has a number beyond the kernel's limit of 2^22.
    const left = join(site.cacheRoot, "data", `.x.${host}-4194305-0123456789ab.tmp`);
    const sums = join(site.cacheRoot, "sums", "0");
    // Each folder has another that would come after it.
    const [otherLeft, otherSums] = [left.replace(".x.", ".y."), join(site.cacheRoot, "sums", "1")];
    for (const [n, path] of [left, sums, otherLeft, otherSums].entries()) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, "x".repeat(5000));
      utimesSync(path, 1_600_000_000 + n, 1_600_000_000 + n);
    }
    for (const path of [left, sums]) stuck.add(path);
    const lines: string[] = [];
    const looked = gate();
    const usage = site.index.usage.bind(site.index);
    let looks = 0;
    vi.spyOn(site.index, "usage").mockImplementation(async () => {
      if (++looks === 5) looked.open();
      return usage();
    });
    const log = (line: string) => void lines.push(line);
    const keeping = keepHouse({ ...site, sumsMaxBytes: 4096, maxBytes: 1, log }, 1);
    await looked.promise;
    await keeping.stop();
    expect(there()).toEqual([]);
    expect([otherLeft, otherSums].map((path) => existsSync(path))).toEqual([false, false]);
    expect(lines).toEqual([
      `cache: the removal of what dead writers have left failed: EPERM: operation not permitted, unlink '${left}'`,
      `cache: the removal of checksums failed: EPERM: operation not permitted, unlink '${sums}'`,
      "cache: 4 blocks made way",
    ]);
  });
});

describe("checksums of exported files", () => {
  const HOUR = 3600;
  /** A file of checksums that was used so many hours ago. */
  const noted = (name: string, bytes: number, hours: number): string => {
    const path = join(site.cacheRoot, "sums", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "x".repeat(bytes));
    utimesSync(path, Date.now() / 1000 - hours * HOUR, Date.now() / 1000 - hours * HOUR);
    return path;
  };
  /** One look. */
  async function look(sumsMaxBytes: number): Promise<void> {
    const looked = gate();
    vi.spyOn(site.index, "usage").mockImplementation(async () => {
      looked.open();
      return 0;
    });
    const keeping = keepHouse({ ...site, sumsMaxBytes, maxBytes: 1, log: () => {} });
    await looked.promise;
    await keeping.stop();
  }

  it("make way where they take more room than they may, those that nobody asked for longest first", async () => {
    // Whole pages of 4096 bytes: 2, 1, 3 and 1 of them.
    const [a, b, c, d] = [
      noted("hmi.m/0", 5000, 30),
      noted("hmi.m/1", 10, 40),
      noted("aia.lev1/7", 12_000, 20),
      noted("aia.lev1/8", 1, 1),
    ];
    const left = () => [a, b, c, d].map((path) => existsSync(path));
    await look(7 * 4096);
    expect(left()).toEqual([true, true, true, true]);
    // Nine tenths of six pages are filled again: 7 - 1 are too many, 7 - 1 - 2 are not.
    await look(6 * 4096);
    expect(left()).toEqual([false, false, true, true]);
    await look(0);
    expect(left()).toEqual([false, false, true, true]);
  });

  it("that were read are used: they stay longer, and a reader goes on with a file that made way", async () => {
    noted("su_ex.mag/0", 0, 50);
    const env = { [EXPORT_SUMS_VARIABLE]: join(site.cacheRoot, "sums") };
    const [revision, sum] = ["a".repeat(32), "1".repeat(64)];
    const reader = new KeptSums(env, "su_ex.Mag", () => {});
    await reader.keep(7n, revision, sum);
    const path = join(site.cacheRoot, "sums", "su_ex.mag", "0");
    utimesSync(path, 0, 0);
    const other = noted("hmi.m/0", 4096, 2);
    expect(await new KeptSums(env, "su_ex.Mag", () => {}).find(7n, revision)).toBe(sum);
    await look(4096 * 1.5);
    expect([existsSync(path), existsSync(other)]).toEqual([true, false]);
    expect(await reader.find(7n, revision)).toBe(sum);
    rmSync(path);
    expect(await reader.find(7n, revision)).toBe(sum);
    await reader.keep(8n, revision, sum);
    expect(await new KeptSums(env, "su_ex.Mag", () => {}).find(8n, revision)).toBe(sum);
  });
});

describe("what a killed process has left aside", () => {
  it("goes when a worker begins, and what it left just before then a few looks later", async () => {
    const host = hostname()
      .replace(/[^A-Za-z0-9]/g, "_")
      .slice(0, 60);
    const usedMs = Date.now() - 3_600_000;
    // No process has a number beyond the kernel's limit of 2^22.
    const leave = (folder: string): string => {
      const path = join(site.cacheRoot, folder, `.x.${host}-4194305-0123456789ab.tmp`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, "");
      return path;
    };
    const [old, note, young] = [leave("data/Demo/Pump4"), leave("freshness/sources"), leave("data/Demo")];
    const age = (path: string) => utimesSync(path, usedMs / 1000, usedMs / 1000);
    for (const path of [old, note]) age(path);
    const looked = gate();
    const isThere: boolean[][] = [];
    // Asked in each look, after the sweep.
    vi.spyOn(site.index, "usage").mockImplementation(async () => {
      isThere.push([old, note, young].map((path) => existsSync(path)));
      if (isThere.length === 1) age(young);
      if (isThere.length === 3) looked.open();
      return 0;
    });
    const keeping = keepHouse({ ...site, sumsMaxBytes: 0, maxBytes: 1, log: () => {} }, 1);
    await looked.promise;
    await keeping.stop();
    expect(isThere.slice(0, 3)).toEqual([
      [false, false, true],
      [false, false, true],
      [false, false, false],
    ]);
  });
});

describe("a cache of which more is pinned than there may be", () => {
  it("has that in its log", async () => {
    await buildDays();
    await pin(daily.folder);
    const bytes = await site.index.usage();
    const told = gate<string>();
    const keeping = keepHouse({
      ...site,
      sumsMaxBytes: 0,
      maxBytes: bytes - 1,
      log: (line) => told.open(line),
    });
    expect(await told.promise).toBe(
      `cache: pinned levels take ${bytes} bytes of the ${bytes - 1} of CACHE_MAX_BYTES: nothing else stays`,
    );
    await keeping.stop();
    expect(there()).toEqual(DAYS);
  });
});

describe("reindexLevel", () => {
  it("puts on record what is on the disk, and nothing else", async () => {
    await buildDays();
    await site.index.forgetLevel(daily);
    expect(await states()).toEqual(["absent", "absent", "absent", "absent"]);
    expect(await reindexLevel(site.index, daily)).toMatchObject({ blocks: 4, adopted: 0 });
    expect(await states()).toEqual(["present", "present", "present", "present"]);
  });
});

describe("relayWishes", () => {
  it("brings wishes to the queue", async () => {
    const wishes = openWishes({ cacheRoot: site.cacheRoot });
    const queue = new LocalQueue();
    const done = gate<string>();
    const worker = await queue.work(
      async ({ sourceId, urgency }) => {
        done.open(`${sourceId} ${urgency}`);
        return REPORT;
      },
      { concurrency: 1 },
    );
    await wishes.leave([dayJob("Demo/Pump4", 1, "prefetch")]);
    const relay = relayWishes(wishes, queue, () => {});
    expect(await done.promise).toBe("Demo/Pump4 prefetch");
    await relay.stop();
    await worker.close();
    await queue.close();
  });

  it("says once that the place of wishes or the queue is away, and goes on", async () => {
    const lines: string[] = [];
    let asked = 0;
    const again = gate();
    const wishes: Wishes = {
      leave: async () => {},
      async take() {
        if (++asked === 3) again.open();
        throw new DasError("QUEUE_AWAY", "the queue of builds does not answer");
      },
    };
    const relay = relayWishes(wishes, { add: async () => {} }, (line) => void lines.push(line), 1);
    await again.promise;
    await relay.stop();
    expect(lines).toEqual(["wishes for builds: the queue of builds does not answer"]);
  });
});
