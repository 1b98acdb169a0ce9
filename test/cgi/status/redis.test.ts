import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FileIndex } from "../../../cache/index/file-index.js";
import { openIndex, openLink } from "../../../cache/index/open-index.js";
import type { DoBuild } from "../../../cache/queue/build-queue.js";
import { LocalQueue } from "../../../cache/queue/local-queue.js";
import { lookAtQueue } from "../../../cache/queue/queue-look.js";
import type { CacheAccess } from "../../../cgi/cache/access.js";
import { cache } from "../../../cgi/status/checks/cache.js";
import { clock } from "../../../cgi/status/checks/clock.js";
import { queue } from "../../../cgi/status/checks/queue.js";
import { redis as redisCheck } from "../../../cgi/status/checks/redis.js";
import type { Check, Finding } from "../../../cgi/status/finding.js";
import { DasError } from "../../../errors/das-error.js";
import { type Installation, installation } from "../../support/check-subject.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";

let place: Installation;
beforeEach(() => {
  place = installation();
});
afterEach(() => place.dispose());

const found = async (
  check: Check,
  settings: Readonly<Record<string, string>>,
  openCache?: () => Promise<CacheAccess>,
): Promise<Finding> => {
  const findings = await place.look(check, settings, openCache === undefined ? {} : { openCache });
  expect(findings).toHaveLength(1);
  return findings[0]!;
};

const access =
  (parts: Partial<CacheAccess>): (() => Promise<CacheAccess>) =>
  async () => ({
    keptIn: "files",
    index: new FileIndex(place.folder),
    maxBytes: 0,
    levelsOf: async () => [],
    momentOf: async () => ({ now: Date.now() }),
    close: async () => {},
    ...parts,
  });

const redis = redisForTest();

describe.skipIf(redis.missing)(redis.title("the check of Redis"), () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await testRedis();
  });
  afterAll(() => server?.stop());
  const settings = (conn = server.address) => ({
    HELIOSTREAM_WORK_QUEUE_BROKER: "redis",
    HELIOSTREAM_WORK_QUEUE_CONN: conn,
    // Far from what a busy machine takes for an answer.
    HELIOSTREAM_REDIS_TIMEOUT: "60",
  });

  it("is off where none is used", async () => {
    expect((await found(redisCheck, {})).state).toBe("off");
  });

  it("is good with the version that the server itself tells, and agrees on the time", async () => {
    const info = await server.client().info("server");
    const version = /redis_version:(\S+)/.exec(info)?.[1];
    const finding = await found(redisCheck, settings());
    expect(finding).toMatchObject({ state: "good", figures: { up: 1, max_bytes: 0 } });
    expect(finding.says).toContain(
      `Redis at 127.0.0.1:${server.port}, database 0, version ${version}, answers in`,
    );
    expect(finding.says).toContain("nothing of it is on its disk");
    expect((await found(clock, settings())).says).toBe("agrees with the clock of files and of Redis");
  });

  it("is worried where keys are thrown away, or it is nearly full, and bad where it is full or follows another", async () => {
    const client = server.client();
    const state = async () => found(redisCheck, settings());
    await client.config("SET", "maxmemory-policy", "allkeys-lru");
    expect(await state()).toMatchObject({
      state: "worried",
      advice: "Set maxmemory-policy noeviction in redis.conf: the queue cannot lose keys.",
    });
    await client.config("SET", "maxmemory-policy", "noeviction");
    // It frees nothing: what is used is more than this.
    await client.config("SET", "maxmemory", "100kb");
    expect(await state()).toMatchObject({ state: "bad", figures: { max_bytes: 102_400 } });
    await client.config("SET", "maxmemory", "0");
    await client.call("REPLICAOF", "127.0.0.1", "1");
    expect((await state()).says).toContain("follows another one and takes no changes");
    await client.call("REPLICAOF", "NO", "ONE");
    expect((await state()).state).toBe("good");
  });

  it("is bad where it is stopped or wants a password, and shows none", async () => {
    const locked = await testRedis({ password: "s3cret" });
    try {
      const right = `redis://:s3cret@127.0.0.1:${locked.port}/0`;
      expect((await found(redisCheck, settings(right))).state).toBe("good");
      const wrong = await found(redisCheck, settings(right.replace("s3cret", "wr0ng")));
      expect(wrong).toMatchObject({ state: "bad", figures: { up: 0 } });
      expect(wrong.says).toContain("refuses this server");
      expect(JSON.stringify(wrong)).not.toMatch(/s3cret|wr0ng/);
      await locked.kill();
      const gone = await found(redisCheck, settings(right));
      expect(gone.says).toContain(`the one at 127.0.0.1:${locked.port}, database 0 does not answer`);
      expect(gone.advice).toContain("systemctl start redis-server");
      expect(JSON.stringify(gone)).not.toContain("s3cret");
      expect((await found(clock, settings(right))).says).toBe("agrees with the clock of files");
    } finally {
      await locked.stop();
    }
  });

  it("is bad where it stands still", async () => {
    server.pause();
    try {
      expect((await found(redisCheck, settings())).state).toBe("bad");
    } finally {
      server.resume();
    }
  });

  it("is bad of an address that cannot be read, without showing it", async () => {
    const finding = await found(redisCheck, settings("redis://rita:s3cret@no such host"));
    expect(finding.state).toBe("bad");
    expect(finding.says).toContain("the address of Redis is");
    expect(finding.says).not.toContain("s3cret");
  });

  it("leaves the checks of cache and builds red while it is away", async () => {
    const one = await testRedis();
    try {
      const conn = {
        workQueueBroker: "redis",
        workQueueConn: one.address,
        redisTimeout: 5,
        cacheRoot: place.folder,
      };
      const index = await openIndex(conn, { life: "request" });
      const link = await openLink(conn, "request");
      const open = access({ index, queue: { status: () => lookAtQueue(link, Date.now()) } });
      expect((await found(cache, {}, open)).state).toBe("good");
      // Nobody works, and nothing waits.
      expect(await found(queue, {}, open)).toMatchObject({
        state: "worried",
        figures: { workers: 0, waiting: 0 },
      });
      await one.kill();
      expect(await found(queue, {}, open)).toMatchObject({ state: "bad", says: "the queue does not answer" });
      await link.close();
      await index.close();
    } finally {
      await one.stop();
    }
  });
});

describe("the check of builds", () => {
  const job = (sourceId: string) => ({
    sourceId,
    params: [],
    period: "daily" as const,
    number: 7848,
    urgency: "person" as const,
  });
  const report = { built: { "bin-60s daily": 1 }, skipped: 0, bytes: 100, readerRuns: 1, ms: 1 };

  it("is off without a cache, and where builds are out of sight", async () => {
    expect((await found(queue, {})).state).toBe("off");
    expect((await found(queue, {}, access({}))).state).toBe("off");
  });

  it("is bad where builds wait for a worker that there is not", async () => {
    const local = new LocalQueue();
    await local.add([job("Lab/Pump")]);
    expect(await found(queue, {}, access({ queue: local }))).toMatchObject({
      state: "bad",
      figures: { waiting: 1, workers: 0 },
      advice:
        "Start heliostream worker (systemctl start heliostream-worker), or set BUILD_WORKERS to 1 or more.",
    });
    await local.close();
  });

  it("is good when builds are done, and tells why one has failed", async () => {
    const local = new LocalQueue();
    const doBuild: DoBuild = async ({ sourceId }) => {
      if (sourceId === "Lab/Bad") throw new DasError("BAD_DEFINITION", "the reader ended with status 3");
      return report;
    };
    const worker = await local.work(doBuild, { concurrency: 1 });
    await local.add([job("Lab/Pump")]);
    expect((await local.ended(job("Lab/Pump"))).kind).toBe("done");
    expect(await found(queue, {}, access({ queue: local }))).toMatchObject({
      state: "good",
      figures: { workers: 1, built_last_minute: 1 },
    });
    await local.add([job("Lab/Bad")]);
    expect((await local.ended(job("Lab/Bad"))).kind).toBe("failed");
    const finding = await found(queue, {}, access({ queue: local }));
    expect(finding).toMatchObject({ state: "worried", figures: { failed: 1 } });
    expect(finding.says).toContain("Lab/Bad: the reader ended with status 3");
    await worker.close(0);
    await local.close();
  });
});

describe("the check of the cache", () => {
  it("is off without one, good within its room, worried beyond it and by troubles, bad without an index", async () => {
    const usage = (bytes: number) => ({
      coverage: () => Promise.reject(new Error()),
      details: async () => [],
      usage: async () => bytes,
    });
    const settings = { HELIOSTREAM_CACHE_MAX_BYTES: "1000000" };
    expect((await found(cache, {})).state).toBe("off");
    const good = await found(cache, settings, access({ index: usage(900_000) }));
    expect(good).toMatchObject({ state: "good", figures: { used_bytes: 900_000, max_bytes: 1_000_000 } });
    expect(good.says).toContain("blocks take 900 kB, of 1.00 MB (90 %)");
    expect((await found(cache, settings, access({ index: usage(1_200_000) }))).says).toContain(
      "more than they may",
    );
    expect(
      await found(cache, settings, access({ troubles: () => ["Redis is away, files stand in for it"] })),
    ).toMatchObject({
      state: "worried",
      says: "Redis is away, files stand in for it",
    });
    const away = { ...usage(0), usage: () => Promise.reject(new DasError("INDEX_AWAY", "away")) };
    expect((await found(cache, settings, access({ index: away }))).state).toBe("bad");
  });
});
