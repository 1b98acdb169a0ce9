import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { blockNumber } from "../../cache/block-number.js";
import type { BlockDetails } from "../../cache/block-state.js";
import { allLevels } from "../../cache/levels/levels-of.js";
import { BullQueue } from "../../cache/queue/bull-queue.js";
import { parseRedisAddress } from "../../cache/redis-address.js";
import type { OpenCacheView } from "../../cgi/cache/view.js";
import { siteCache } from "../../cgi/data/site-cache.js";
import { openSite } from "../../cgi/open-site.js";
import { handle } from "../../cgi/routes.js";
import type { Site } from "../../cgi/site.js";
import { pipelineTools } from "../../dsdf/tools.js";
import { parseTime } from "../../stream/time.js";
import { definitionsConfig } from "../support/cache-site.js";
import { cgiRequest } from "../support/cgi-transport.js";
import { redisForTest, type TestRedis, testRedis } from "../support/redis.js";

const DEFINITION = `description = 'Declared'
validRange = '2021-01-01 to 2021-07-01'
reader = 'rd'
das2Stream = 1
cacheLevel_00 = '60 s | daily'
cacheLevel_01 = '600 s | monthly'
`;

const program = redisForTest();
let redis: TestRedis | undefined;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  if (!program.missing) redis = await testRedis();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(async () => redis?.stop());

/** A server with a cache of its own and one source, `S`, as a process of one request or one that stays. */
async function openServer(settings: Readonly<Record<string, string>>, resident: boolean): Promise<Site> {
  const root = await mkdtemp(join(tmpdir(), "heliostream-cache-"));
  const { config, dispose } = definitionsConfig(new Map([["S", DEFINITION]]), {
    HELIOSTREAM_CACHE_ROOT: root,
    HELIOSTREAM_CACHE_MAX_BYTES: "1000000",
    ...settings,
  });
  const site = openSite(config, { resident, now: () => new Date("2021-07-01T00:00:00Z") });
  closers.push(async () => {
    await site.close();
    dispose();
    await rm(root, { recursive: true, force: true });
  });
  return site;
}

/** Puts days of the finer level on record, 1000 bytes each. */
async function record(site: Site, begin: string, end: string, state: BlockDetails["state"]): Promise<void> {
  const cache = await siteCache(site);
  const source = await site.sources.find("S");
  if (cache === undefined || source === undefined) throw new Error("the server has a cache and the source");
  const level = allLevels(source, { cacheRoot: cache.root, tools: pipelineTools(site.config) })[0];
  if (level === undefined) throw new Error("the source has levels");
  const first = blockNumber(parseTime(begin), "daily");
  const count = blockNumber(parseTime(end), "daily") - first;
  const details = Array.from({ length: count }, (_, n): BlockDetails => {
    const { definition } = level;
    const builtMs = Date.UTC(2021, 5, 30);
    return { number: first + n, state, bytes: 1000, sha256: "ab".repeat(32), builtMs, definition };
  });
  await cache.index.record(level, details);
}

async function look(site: Site): Promise<OpenCacheView> {
  const target = "/das/server/cache.json?source=S";
  const answer = await cgiRequest((request) => handle(request, site), { target }, "/das/server");
  expect(answer.status).toBe(200);
  return JSON.parse(answer.body.toString("utf8")) as OpenCacheView; // its own form
}

const coverages = (view: OpenCacheView) => view.sources[0]?.levels.map(({ coverage }) => coverage) ?? [];

/** 181 days of half a year: 59 of January and February there, March empty, the rest missing. */
const HALF_YEAR = {
  counts: { present: 59, empty: 31, stale: 0, absent: 91 },
  bytes: { value: 90_000, isEstimate: false },
  newest: "2021-06-30T00:00:00.000Z",
  gaps: 1,
};

describe("the state of a cache in files", () => {
  it.each([true, false])("is what is on record there (resident: %s)", async (resident) => {
    const site = await openServer({ HELIOSTREAM_WORK_QUEUE_BROKER: "" }, resident);
    await record(site, "2021-01-01", "2021-03-01", "present");
    await record(site, "2021-03-01", "2021-04-01", "empty");
    const view = await look(site);
    // Sizes of single blocks stand beside the blocks, and there are none here.
    expect(coverages(view)[0]).toMatchObject({ ...HALF_YEAR, bytes: { value: 0 } });
    expect(coverages(view)[1]).toMatchObject({ counts: { present: 0, absent: 6 }, gaps: 1 });
    expect(view.index).toMatchObject({ keptIn: "files", answers: true, troubles: [] });
    expect(view.usage).toEqual({ bytes: 90_000, maxBytes: 1_000_000 });
  });
});

describe.skipIf(program.missing)(program.title("the state of a cache in Redis"), () => {
  const settings = () => ({
    HELIOSTREAM_WORK_QUEUE_BROKER: "redis",
    HELIOSTREAM_WORK_QUEUE_CONN: redis?.address ?? "",
  });

  it.each([true, false])("is what is on record there, with the queue (resident: %s)", async (resident) => {
    await redis?.client().flushall();
    const site = await openServer(settings(), resident);
    await record(site, "2021-01-01", "2021-03-01", "present");
    await record(site, "2021-03-01", "2021-04-01", "empty");
    const queue = new BullQueue({ address: parseRedisAddress(redis?.address ?? ""), timeoutMs: 5000 });
    closers.push(() => queue.close());
    await queue.add([{ sourceId: "S", params: [], period: "monthly", number: 255, urgency: "operator" }]);
    const view = await look(site);
    expect(coverages(view)[0]).toMatchObject(HALF_YEAR);
    expect(view.index).toMatchObject({ keptIn: "redis", answers: true, troubles: [] });
    expect(view.queue).toMatchObject({
      waiting: 1,
      builds: [{ source: "S", block: "2021-04", state: "waiting" }],
    });
  });

  it("is told by files while Redis is away, and says so", async () => {
    await redis?.client().flushall();
    const site = await openServer(settings(), true);
    await record(site, "2021-01-01", "2021-04-01", "present");
    await redis?.kill();
    const view = await look(site);
    expect(coverages(view)[0]).toMatchObject({ counts: { present: 90, absent: 91 } });
    expect(view.index.troubles).toEqual([expect.stringMatching(/^Redis is away/)]);
    expect(view.queue).toEqual({ unknown: "the queue does not answer" });
    const target = "/das/server/cache";
    const page = await cgiRequest((request) => handle(request, site), { target }, "/das/server");
    expect(page.body.toString("utf8")).toContain("in trouble");
    await redis?.restart();
  });
});
