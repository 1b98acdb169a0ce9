import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openLink } from "../../cache/index/open-index.js";
import { openWishes } from "../../cache/queue/wishes.js";
import { handle } from "../../cgi/routes.js";
import { type CachedSite, cachedSite, dataQuery } from "../support/cached-site.js";
import { cgiRequest } from "../support/cgi-transport.js";
import { madeReader } from "../support/made-reader.js";
import { packetDigest } from "../support/packets-by-id.js";
import { redisForTest, type TestRedis, testRedis } from "../support/redis.js";

const program = redisForTest();
const MOUNT = "/das/server";

describe.skipIf(program.missing)(program.title("programs of one request that share a cache"), () => {
  const reader = madeReader({ name: "made", stepSeconds: 600 });
  const programs = { made: reader.program };
  let redis: TestRedis;
  let resident: CachedSite;
  let uncached: CachedSite;
  let settings: Record<string, string>;

  beforeAll(async () => {
    redis = await testRedis();
    settings = {
      HELIOSTREAM_WORK_QUEUE_BROKER: "redis",
      HELIOSTREAM_WORK_QUEUE_CONN: redis.address,
      HELIOSTREAM_REDIS_TIMEOUT: "5",
    };
    resident = cachedSite({ programs, settings });
    uncached = cachedSite({ programs, definitions: resident.definitions, cacheRoot: false });
  });
  afterEach(() => {
    reader.control.beforePortion = undefined;
  });
  afterAll(async () => {
    await resident?.close();
    await uncached?.close();
    await redis?.stop();
  });

  /** Answers one request as a process would, and ends. */
  async function process(query: string) {
    const { definitions, cacheRoot } = resident;
    const one = cachedSite({ programs, settings, definitions, cacheRoot, resident: false });
    const target = `${MOUNT}?${query}`;
    const answer = await cgiRequest((request) => handle(request, one.site), { target }, MOUNT);
    // What it keeps is in place when it has ended.
    await one.close();
    return { ...answer, record: one.records[0] };
  }

  const hourly = (id: string, begin: string, end: string) => dataQuery(id, begin, end, { resolution: 3600 });

  it("give each other and the server that stays what they have read", async () => {
    resident.define("A", "reader = made", "cacheLevel_00 = '3600 s | daily'");
    const query = hourly("A", "2021-06-01", "2021-06-04");
    const expected = packetDigest((await uncached.ask(query)).bytes);
    const first = await process(query);
    expect(first.record?.cache).toMatchObject({ result: "miss", gaps: 1 });
    expect(first.record?.stages.map(({ argv }) => argv[0])).toContain("made");
    const starts = reader.starts.length;
    const second = await process(query);
    const third = await resident.ask(query);
    for (const { cache } of [second.record!, third.record])
      expect(cache).toMatchObject({ result: "hit", blocks: 3 });
    expect(reader.starts.length).toBe(starts);
    for (const bytes of [first.body, second.body, third.bytes]) expect(packetDigest(bytes)).toEqual(expected);
  });

  it("leave the blocks of which they have read a part as wishes for a worker", async () => {
    resident.define("B", "reader = made", "cacheLevel_00 = '3600 s | daily'");
    await process(hourly("B", "2021-06-01T12:00", "2021-06-03T06:00"));
    const link = await openLink(resident.site.config, "process");
    const wishes = await openWishes({ link }).take(100);
    await link.close();
    // 2021-06-01 is day 7822 since 2000.
    expect(wishes.filter(({ sourceId }) => sourceId === "B")).toEqual([
      { sourceId: "B", params: [], period: "daily", number: 7822, urgency: "prefetch" },
      { sourceId: "B", params: [], period: "daily", number: 7824, urgency: "prefetch" },
    ]);
  });

  it("say by status 500 what fails, and keep nothing", async () => {
    resident.define("C", "reader = fail-early", "cacheLevel_00 = 'intrinsic | daily'");
    const query = dataQuery("C", "2021-06-30", "2021-07-01");
    const { status, body } = await process(query);
    expect(status).toBe(500);
    expect(body.equals((await uncached.ask(query)).bytes)).toBe(true);
    expect((await process(query)).record?.cache).toMatchObject({ result: "miss", gaps: 1 });
  });
});
