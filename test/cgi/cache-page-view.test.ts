import { describe, expect, it } from "vitest";
import type { BlockRun } from "../../cache/block-state.js";
import type { QueueStatus } from "../../cache/queue/build-queue.js";
import type { CacheAccess } from "../../cgi/cache/access.js";
import type { OpenCacheView } from "../../cgi/cache/view.js";
import { DasError } from "../../errors/das-error.js";
import { cacheSite, isWellFormed } from "../support/cache-site.js";
import { IDLE, type MadeCache, type MadeLevel, madeAccess } from "../support/made-cache.js";
import { SAMPLE_CACHE, sampleDefinition, sampleDefinitions } from "../support/sample-cache.js";

const made = cacheSite();

/** Coverage of a level of a source in a view. */
function coverageOf(view: OpenCacheView, id: string, name: string, index = 0) {
  const levels = view.sources.find((source) => source.id === id)?.levels.filter((one) => one.name === name);
  const coverage = levels?.[index]?.coverage;
  if (coverage === undefined || "unknown" in coverage) throw new Error(`${id} ${name} is not known`);
  return coverage;
}

function away(code: "INDEX_AWAY" | "QUEUE_AWAY"): () => Promise<never> {
  return async () => {
    throw new DasError(code, "no answer in time");
  };
}

describe("the state of the cache", () => {
  it("is the blocks of every level over the range of the source, counted by state", async () => {
    const found = await made.view();
    expect(found.sources.map(({ id }) => id)).toEqual([
      "Cassini/Survey",
      "Ground/Lightning/StationWithALongName/ChannelsOneToFour",
      "Juno/Waves/Survey",
      "Voyager/1/PWS/SA",
      "Wind/Ratio",
    ]);
    expect(found.sources[0]?.range).toEqual({ begin: "2004-01-01", end: "2017-09-16", from: "definition" });
    // Days by `date`: 5007 from 2004-01-01 to 2017-09-16, 101 empty, 203 stale, 1 + 107 missing.
    const daily = coverageOf(found, "Cassini/Survey", "bin-60s daily");
    expect(daily.counts).toEqual({ present: 4595, empty: 101, stale: 203, absent: 108 });
    expect(daily.gaps).toBe(3);
    expect(daily.newest).toBe("2021-06-30T12:30:00.000Z");
    const intrinsic = coverageOf(found, "Cassini/Survey", "intrinsic daily");
    expect(intrinsic.bar.map(({ state }) => state)).toEqual(["absent", "part", "present"]);
    expect(coverageOf(found, "Wind/Ratio", "bin-3s hourly", 1).counts.present).toBe(60 * 24 + 14);
    // The last block is the one that now is in: an hour of which nothing is over yet is not there.
    expect(coverageOf(found, "Wind/Ratio", "bin-3s hourly", 0).counts).toMatchObject({ absent: 10 });
  });

  it("has the bytes of few blocks, and of many what some of them make likely", async () => {
    const brief = await made.view();
    expect(coverageOf(brief, "Cassini/Survey", "bin-600s monthly").bytes).toEqual({
      value: 165 * 4_500_000,
      isEstimate: false,
    });
    expect(coverageOf(brief, "Wind/Ratio", "bin-3s hourly").bytes).toEqual({
      value: 21_878 * 91_000,
      isEstimate: true,
    });
    const whole = await made.view("?source=Cassini/Survey");
    expect(coverageOf(whole, "Cassini/Survey", "intrinsic daily").bytes).toEqual({
      value: 624 * 88_000_000,
      isEstimate: false,
    });
  });

  it("has the queue, with what is built and what failed", async () => {
    const { queue, usage, index } = await made.view();
    expect(queue).toMatchObject({
      waiting: 214,
      running: 2,
      delayed: 1,
      failed: 1,
      workers: 2,
      builtLastMinute: 37,
    });
    expect("builds" in queue && queue.builds[4]).toEqual({
      source: "Cassini/Survey",
      params: [],
      block: "2009-12-24",
      period: "daily",
      urgency: "prefetch",
      state: "failed",
      progress: 0.4,
      reason: "The reader ended with status 3: T2009358.DAT: unexpected end of file at byte 1048576",
    });
    expect(usage).toEqual({ bytes: 412_345_678_901, maxBytes: 536_870_912_000 });
    expect(index).toMatchObject({ keptIn: "redis", answers: true });
  });

  it("of one source has its gaps with their times, of the range that is asked for", async () => {
    const whole = coverageOf(await made.view("?source=Cassini/Survey"), "Cassini/Survey", "bin-60s daily");
    expect(whole.gapList?.map(({ begin, end, state }) => [begin, end, state])).toEqual([
      ["2009-12-24", "2009-12-25", "absent"],
      ["2013-05-01", "2013-11-20", "stale"],
      ["2017-06-01", "2017-09-16", "absent"],
    ]);
    const part = await made.view("?source=Cassini/Survey&begin=2013-05-10&end=2013-05-12T12:00");
    expect(part.sources[0]?.range).toEqual({
      begin: "2013-05-10",
      end: "2013-05-12T12:00",
      from: "question",
    });
    expect(coverageOf(part, "Cassini/Survey", "bin-60s daily").counts.stale).toBe(3);
    expect(
      coverageOf(await made.view("?source=Wind/Ratio&begin=2021-06-30"), "Wind/Ratio", "bin-3s hourly")
        .counts,
    ).toEqual({ present: 14, empty: 0, stale: 0, absent: 10 });
  });

  it("of a source without validRange reaches from its first to its last block", async () => {
    const levels: MadeLevel[] = [
      {
        resolutionName: "bin-60s",
        seconds: 60,
        period: "daily",
        painted: [["2020-02-03", "2020-02-05", "present"]],
      },
      {
        resolutionName: "bin-600s",
        seconds: 600,
        period: "monthly",
        painted: [["2020-03-01", "2020-04-01", "empty"]],
      },
    ];
    const texts = new Map(["Old", "Bare"].map((id) => [id, sampleDefinition(id)]));
    made.open(
      texts,
      madeAccess({ levels: { Old: levels, Bare: levels.map((one) => ({ ...one, painted: [] })) } }),
    );
    const found = await made.view();
    expect(found.sources[1]?.range).toEqual({ begin: "2020-02-03", end: "2020-04-01", from: "blocks" });
    expect(coverageOf(found, "Old", "bin-60s daily").counts).toEqual({
      present: 2,
      empty: 0,
      stale: 0,
      absent: 56,
    });
    expect(found.sources[0]).not.toHaveProperty("range");
    expect(found.sources[0]?.levels[0]?.coverage).toEqual({
      unknown: "nothing on record, and the definition has no validRange",
    });
  });

  it("ends now: days of validRange, or of the range that is asked for, which are still to come are not missing", async () => {
    const level: MadeLevel = {
      resolutionName: "bin-60s",
      seconds: 60,
      period: "daily",
      painted: [["2021-06-01", "2021-06-20", "present"]],
    };
    const text = (range: string) =>
      sampleDefinition("Planned").replace("reader", `validRange = '${range}'\nreader`);
    made.open(
      new Map([
        ["Planned", text("2021-06-01 to 2099-01-01")],
        ["Future", text("2098-01-01 to 2099-01-01")],
      ]),
      madeAccess({ levels: { Planned: [level], Future: [level] } }),
    );
    // Now is the end of 30 June: of its 30 days 19 are there.
    const { sources } = await made.view();
    expect(sources[1]?.range?.end).toBe("2021-07-01");
    expect(coverageOf(await made.view(), "Planned", "bin-60s daily").counts).toEqual({
      present: 19,
      empty: 0,
      stale: 0,
      absent: 11,
    });
    expect(sources[0]?.levels[0]?.coverage).toEqual({ unknown: "all of the range is still to come" });
    const asked = await made.view("?source=Planned&begin=2021-06-10&end=2098-01-01");
    expect(coverageOf(asked, "Planned", "bin-60s daily").counts).toMatchObject({
      present: 10,
      absent: 11,
    });
  });

  it("lets go of what was opened for it, also after an error", async () => {
    const access = madeAccess(SAMPLE_CACHE);
    made.open(sampleDefinitions(), access);
    await made.page();
    expect(access.closed).toBe(1);
    expect((await made.ask("/cache?source=Not/There")).status).toBe(404);
    expect(access.closed).toBe(2);
  });
});

describe("what does not answer", () => {
  it("is said of the index, which is then asked nothing more", async () => {
    const access = madeAccess(SAMPLE_CACHE);
    const asked: string[] = [];
    const index = {
      usage: away("INDEX_AWAY"),
      details: away("INDEX_AWAY"),
      coverage: async () => {
        asked.push("coverage");
        return away("INDEX_AWAY")();
      },
    };
    made.open(sampleDefinitions(), { ...access, index, close: access.close.bind(access) });
    const found = await made.view();
    expect(found.index).toEqual({ keptIn: "redis", answers: false, troubles: [] });
    expect(found.usage).toEqual({ maxBytes: 536_870_912_000 });
    expect(asked).toEqual([]);
    expect(found.sources).toHaveLength(5);
    expect(found.sources[0]?.levels[0]?.coverage).toEqual({ unknown: "the index does not answer" });
    const text = await made.page();
    expect(text).toContain("does not answer");
    expect(isWellFormed(text)).toBe(true);
  });

  it("is said of the queue, and that it cannot be seen from here", async () => {
    const access = madeAccess(SAMPLE_CACHE);
    made.open(sampleDefinitions(), {
      ...access,
      queue: { status: away("QUEUE_AWAY") },
      close: access.close.bind(access),
    });
    expect((await made.view()).queue).toEqual({ unknown: "the queue does not answer" });
    expect(await made.page()).toContain("the queue does not answer");
    const { queue: _queue, ...without } = access;
    made.open(sampleDefinitions(), { ...without, close: access.close.bind(access) });
    expect((await made.view()).queue).toEqual({
      unknown: "builds wait inside the process that does them, out of sight",
    });
  });

  it("is said of a level with too many blocks, not of its neighbours", async () => {
    const access = madeAccess(SAMPLE_CACHE);
    const index: CacheAccess["index"] = {
      ...access.index,
      coverage: async (level, span, moment) => {
        if (level.resolutionName === "bin-60s")
          throw new DasError("TOO_MANY_BLOCKS", "more than 4194304 blocks");
        return access.index.coverage(level, span, moment);
      },
    };
    made.open(sampleDefinitions(), { ...access, index, close: access.close.bind(access) });
    const found = await made.view();
    expect(found.sources[0]?.levels.map(({ coverage }) => "unknown" in coverage)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(found.index.answers).toBe(true);
  });

  it("is said of a definition that is broken", async () => {
    const texts = new Map([
      ...sampleDefinitions(),
      ["Broken", "description = 'x'\nreader = 'rd'\ndas2Stream = 1\ncacheLevel_00 = '60 apples | daily'\n"],
    ]);
    made.open(texts, madeAccess(SAMPLE_CACHE));
    const found = await made.view();
    expect(found.sources[0]).toMatchObject({ id: "Broken", levels: [] });
    expect(found.sources[0]?.fault).toMatch(/cacheLevel_00/);
    expect(await made.page()).toContain("cacheLevel_00");
  });
});

describe("many sources and long ranges", () => {
  const many = (count: number) =>
    new Map(
      Array.from({ length: count }, (_, n) => [`S/N${String(n).padStart(4, "0")}`, sampleDefinition("none")]),
    );
  const one: MadeLevel = {
    resolutionName: "bin-60s",
    seconds: 60,
    period: "daily",
    painted: [["2020-01-01", "2020-02-01", "present"]],
  };
  const cacheOf = (ids: Iterable<string>): MadeCache => ({
    levels: Object.fromEntries([...ids].map((id) => [id, [one, { ...one, resolutionName: "bin-1s" }]])),
  });

  it("cost a few questions for each level of a page, of 20 sources", async () => {
    const texts = many(250);
    const access = madeAccess(cacheOf(texts.keys()));
    made.open(texts, access);
    const found = await made.view("?page=2");
    expect(found.page).toEqual({ number: 2, pages: 13, total: 250 });
    expect(found.sources.map(({ id }) => id)).toEqual([...texts.keys()].slice(20, 40));
    expect(access.asked).toHaveLength(1 + 20 * 2 * 2);
    const text = await made.page("?page=2");
    expect(text).toContain('href="/das/server/cache"');
    expect(text).toContain('href="/das/server/cache?page=3"');
    expect((await made.view("?page=99")).page.number).toBe(13);
    expect((await made.view("?find=n010&page=1")).sources).toHaveLength(10);
    expect(await made.page("?find=absent")).toContain("No source with levels has this");
  });

  it("are only those with levels, hidden ones too, renamed ones not", async () => {
    const texts = new Map([
      ["Auto", sampleDefinition("x")],
      ["Plain", "description = 'x'\nreader = 'rd'\ndas2Stream = 1\n"],
      ["Hidden", `${sampleDefinition("x")}hidden = true\n`],
      ["Declared", "description = 'x'\nreader = 'rd'\ndas2Stream = 1\ncacheLevel_03 = '60 s | daily'\n"],
      ["Renamed", `rename = 'Auto'\ncacheLevels = auto\n`],
    ]);
    made.open(texts, madeAccess({ levels: {} }));
    expect((await made.view()).sources.map(({ id }) => id)).toEqual(["Auto", "Declared", "Hidden"]);
  });

  it("make no page of any size out of a year in which every other minute is missing", async () => {
    const access = madeAccess({ levels: { Many: [{ ...one, period: "perminute" }] } });
    const minutes = 525_600;
    const runs = (first: number): BlockRun[] =>
      Array.from({ length: minutes }, (_, n) => ({
        first: first + n,
        end: first + n + 1,
        state: n % 2 === 0 ? "present" : "absent",
      }));
    const index: CacheAccess["index"] = {
      ...access.index,
      coverage: async (_level, span) => ({ runs: runs(span.first), version: "", newestMs: 1 }),
      details: async (_level, numbers) => {
        expect(numbers.length).toBeLessThanOrEqual(2000);
        return numbers.map(() => undefined);
      },
    };
    made.open(new Map([["Many", sampleDefinition("x")]]), {
      ...access,
      index,
      close: access.close.bind(access),
    });
    const query = "?source=Many&begin=2019-01-01&end=2020-01-01";
    const coverage = coverageOf(await made.view(query), "Many", "bin-60s perminute");
    expect(coverage.counts).toEqual({ present: minutes / 2, absent: minutes / 2, empty: 0, stale: 0 });
    expect(coverage.gaps).toBe(minutes / 2);
    expect(coverage.bar.map(({ state }) => state)).toEqual(["part"]);
    expect(coverage.gapList).toHaveLength(100);
    const text = await made.page(query);
    expect(text).toContain("and 262,700 more");
    expect(text.length).toBeLessThan(60_000);
  });

  it("show so many builds and no more", async () => {
    const job = { sourceId: "A", params: [], period: "daily", number: 1, urgency: "person" } as const;
    const status: QueueStatus = {
      ...IDLE,
      waiting: 5000,
      jobs: Array.from({ length: 500 }, () => ({ job, state: "waiting", progress: 0 })),
    };
    made.open(sampleDefinitions(), madeAccess({ ...SAMPLE_CACHE, status }));
    const { queue } = await made.view();
    expect(queue).toMatchObject({ waiting: 5000, moreBuilds: 450 });
    expect((await made.page()).match(/<tr class/g)).toHaveLength(50);
  });
});
