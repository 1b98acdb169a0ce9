import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BlockCache } from "../../../cache/block-cache.js";
import { openCache } from "../../../cache/open-cache.js";
import { type Answer, type CachedSite, cachedSite, dataQuery } from "../../support/cached-site.js";
import { madeReader } from "../../support/made-reader.js";
import { packetDigest } from "../../support/packets-by-id.js";
import { redisForTest, type TestRedis, type TestRedisOptions, testRedis } from "../../support/redis.js";

const program = redisForTest();

describe.skipIf(program.missing).each([
  { name: "a server that stays", resident: true },
  { name: "a program of one request", resident: false },
])(program.title("Redis, asked by $name"), ({ resident }) => {
  const reader = madeReader({ name: "made", stepSeconds: 600 });
  const programs = { made: reader.program };
  const open: { close(): Promise<void> }[] = [];
  let uncached: CachedSite;
  let redis: TestRedis;
  let server: CachedSite;

  /** Seconds that a question to Redis may take. */
  const TIMEOUT_S = 0.2;
  /** All of a request with a dead Redis: far below what many questions in turn would cost. */
  const PATIENCE_MS = 5000;

  async function start(options: TestRedisOptions = {}): Promise<void> {
    redis = await testRedis(options);
    open.push({ close: () => redis.stop() });
  }

  /** A process of its own as far as Redis and memory go, with the same disk. */
  function another(openedCache?: (cache: BlockCache) => BlockCache): CachedSite {
    const settings = {
      HELIOSTREAM_WORK_QUEUE_BROKER: "redis",
      HELIOSTREAM_WORK_QUEUE_CONN: redis.address,
      HELIOSTREAM_REDIS_TIMEOUT: String(TIMEOUT_S),
    };
    const { cacheRoot } = server ?? {};
    const made = cachedSite({
      programs,
      settings,
      resident,
      definitions: uncached.definitions,
      ...(cacheRoot === undefined ? {} : { cacheRoot }),
      ...(openedCache === undefined
        ? {}
        : {
            openCache: async () => {
              const cache = await openCache(made.site.config, { life: resident ? "process" : "request" });
              return cache === undefined ? undefined : openedCache(cache);
            },
          }),
    });
    open.unshift(made);
    return made;
  }

  beforeEach(async () => {
    uncached = cachedSite({ programs, cacheRoot: false });
    open.push(uncached);
    uncached.define("A", "reader = made", "cacheLevel_00 = '3600 s | daily'");
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    server = undefined as unknown as CachedSite;
  });

  const QUERY = dataQuery("A", "2021-06-01T12:00", "2021-06-05", { resolution: 3600 });

  /** The answer of a server, which is right, and how often the reader was started for it. */
  async function right(from: CachedSite, query = QUERY): Promise<{ answer: Answer; starts: number }> {
    const expected = packetDigest((await uncached.ask(query)).bytes);
    const before = reader.starts.length;
    const begin = performance.now();
    const answer = await from.ask(query);
    expect(performance.now() - begin).toBeLessThan(PATIENCE_MS);
    expect(answer.status).toBe(200);
    expect(packetDigest(answer.bytes)).toEqual(expected);
    return { answer, starts: reader.starts.length - before };
  }

  /** Of {@link QUERY} three days are whole: the reader is run for the rest of the first alone once they are kept. */
  async function expectKept(from: CachedSite): Promise<void> {
    const { answer, starts } = await right(from);
    expect(answer.record.cache).toMatchObject({ result: "partial", blocks: 3, gaps: 1 });
    expect(starts).toBe(1);
    expect(reader.starts.at(-1)?.end).toBe("2021-06-02T00:00:00");
  }

  it("that is away at the start costs no answer and no block, also when it comes", async () => {
    await start();
    await redis.kill();
    server = another();
    expect((await right(server)).answer.record.cache).toMatchObject({ result: "miss", gaps: 1 });
    await expectKept(server);
    await redis.restart();
    await expectKept(another());
    await expectKept(server);
  });

  it("that is lost between the plan and the reading costs no answer and no block", async () => {
    await start();
    server = another((cache) => {
      const coverage = cache.index.coverage.bind(cache.index);
      cache.index.coverage = async (...of) => {
        const found = await coverage(...of);
        await redis.kill();
        return found;
      };
      return cache;
    });
    expect((await right(server)).answer.record.cache).toMatchObject({ result: "miss" });
    await expectKept(server);
  });

  it("that is lost between the claim and the end of a build costs no block", async () => {
    await start();
    server = another((cache) => {
      const claim = cache.index.claim.bind(cache.index);
      cache.index.claim = async (...of) => {
        const claims = await claim(...of);
        await redis.kill();
        return claims;
      };
      return cache;
    });
    await right(server);
    await expectKept(server);
    await redis.restart();
    await expectKept(another());
  });

  it("that begins anew and is empty has nothing built that is there", async () => {
    await start();
    server = another();
    await right(server);
    await redis.restart();
    await expectKept(server);
    const other = another();
    await expectKept(other);
    // It knows again what it knew.
    const { index } = await other.cache();
    const [level] = await other.levels("A");
    // 2021-06-02 is day 7823 since 2000.
    const { runs } = await index.coverage(level!, { first: 7822, end: 7826 }, { now: Date.UTC(2026, 0, 1) });
    expect(runs).toEqual([
      { first: 7822, end: 7823, state: "absent" },
      { first: 7823, end: 7826, state: "present" },
    ]);
  });

  it("that stands still costs its time limit, and nothing else", async () => {
    await start();
    server = another();
    await right(server);
    redis.pause();
    await expectKept(server);
    await expectKept(another());
    redis.resume();
    await expectKept(another());
  });

  it("that has no memory left costs no answer and no block", async () => {
    await start();
    server = another();
    const warm = dataQuery("A", "2021-03-01", "2021-03-03", { resolution: 3600 });
    await right(server, warm);
    await redis.client().config("SET", "maxmemory", "1");
    await right(server);
    await expectKept(server);
    await expectKept(another());
    // What it knew before it still knows.
    const { answer, starts } = await right(another(), warm);
    expect({ result: answer.record.cache?.result, starts }).toEqual({ result: "hit", starts: 0 });
    await redis.client().config("SET", "maxmemory", "0");
    await expectKept(another());
  });

  it("that holds something else under the names of the index is taken for one that knows nothing", async () => {
    await start();
    server = another();
    await right(server);
    const client = redis.client();
    const keys = await client.keys("heliostream:*");
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) await client.set(key, "garbage");
    await expectKept(another());
  });
});
