import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openLink } from "../../../cache/index/open-index.js";
import { RedisIndex } from "../../../cache/index/redis-index.js";
import type { RedisLink } from "../../../cache/index/redis-link.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";
import { rejectionOf } from "../../support/thrown.js";
import { LATER, sampleDetails, sampleLevel } from "./sample-level.js";

const program = redisForTest();

describe.skipIf(program.missing)(program.title("the index in Redis"), () => {
  let redis: TestRedis;
  let link: RedisLink;
  let index: RedisIndex;
  let calls = 0;
  const level = sampleLevel();

  beforeAll(async () => {
    redis = await testRedis();
    const inner = await openLink({ workQueueConn: redis.address, redisTimeout: 5 }, "request");
    link = {
      call(words) {
        calls++;
        return inner.call(words);
      },
      pipeline: inner.pipeline,
      close: inner.close,
    };
    index = new RedisIndex(link);
  });
  beforeEach(async () => {
    await redis.client().flushall();
    calls = 0;
  });
  afterAll(async () => {
    await index.close();
    await redis.stop();
  });

  test("asks once for any range, however long and however full", async () => {
    const numbers = Array.from({ length: 300 }, (_, i) => i * 5000); // of 300 chunks
    await index.record(
      level,
      numbers.map((number) => sampleDetails(number)),
    );
    for (const span of [
      { first: 0, end: 1 },
      { first: 0, end: 1_500_000 },
      { first: -(2 ** 45), end: 2 ** 45 },
    ]) {
      await index.coverage(level, span, LATER); // Redis knows the script
      calls = 0;
      const { runs } = await index.coverage(level, span, LATER);
      expect(calls).toBe(1);
      expect(runs.filter(({ state }) => state !== "absent").length).toBe(span.end === 1 ? 1 : 300);
    }
  });

  test("refuses a range with more records than it may, before it has them", async () => {
    // 4098 chunks of 1024 blocks: one more than 2^22 blocks can lie in.
    const numbers = Array.from({ length: 4098 }, (_, i) => i * 1024);
    await index.record(
      level,
      numbers.map((number) => sampleDetails(number)),
    );
    const all = { first: 0, end: 4098 * 1024 };
    expect(await rejectionOf(() => index.coverage(level, all, LATER))).toMatchObject({
      code: "TOO_MANY_BLOCKS",
    });
    const { runs } = await index.coverage(level, { first: 1024, end: all.end }, LATER);
    expect(runs.filter(({ state }) => state !== "absent")).toHaveLength(4097);
  }, 60_000);

  test("keeps the details of blocks to the millisecond and the last digit", async () => {
    const versioned = sampleLevel({ dataVersion: "2" });
    const all = [
      sampleDetails(-1, { bytes: 2 ** 47, builtMs: 1_656_547_200_123, dataVersion: "2" }),
      sampleDetails(0, { state: "empty", bytes: 0, dataVersion: "2" }),
      sampleDetails(1023, { state: "stale", dataVersion: "2" }),
    ];
    await index.record(versioned, all);
    expect(await index.details(versioned, [1023, 5, -1, 0, 1024])).toEqual([
      all[2],
      undefined,
      all[0],
      all[1],
      undefined,
    ]);
    expect(await index.details(level, [0])).toEqual([undefined]);
    expect(await index.details(level, [])).toEqual([]);
  });

  test("tells in the details that a block has become stale", async () => {
    await index.record(level, [sampleDetails(1)]);
    await index.markChanged(level, { first: 0, end: 2 });
    expect(await index.details(level, [1])).toEqual([sampleDetails(1, { state: "stale" })]);
  });

  test("gives the details of ten thousand blocks at once, and of no more", async () => {
    const numbers = Array.from({ length: 10_000 }, (_, i) => 7 * i);
    await index.record(
      level,
      numbers.slice(0, 3).map((number) => sampleDetails(number)),
    );
    const found = await index.details(level, numbers);
    expect(found.filter((details) => details !== undefined)).toHaveLength(3);
    const more = [...numbers, -1];
    expect(await rejectionOf(() => index.details(level, more))).toMatchObject({ code: "TOO_MANY_BLOCKS" });
  });

  test("leaves no key behind of blocks that are forgotten and claims that are given back", async () => {
    const edited = sampleLevel({ dataVersion: "2" });
    await index.record(
      level,
      [1, 2000].map((number) => sampleDetails(number)),
    );
    const claims = await index.claim(level, [1, 5], "host:1:a", 60_000);
    await index.publish(edited, sampleDetails(1), claims[0]!);
    await index.release(level, claims);
    await index.forget(level, [1, 2000]);
    expect(await redis.client().keys("*")).toEqual(["heliostream:blocks:usage"]);
    expect(await redis.client().hgetall("heliostream:blocks:usage")).toEqual({ total: "0" });
  });

  test("leaves no key behind of a level that is forgotten", async () => {
    const edited = sampleLevel({ dataVersion: "2" });
    await index.record(
      level,
      [1, 2000].map((number) => sampleDetails(number)),
    );
    await index.record(edited, [sampleDetails(3)]);
    await index.forgetLevel(level);
    expect(await redis.client().keys("*")).toEqual(["heliostream:blocks:usage"]);
    expect(await redis.client().hgetall("heliostream:blocks:usage")).toEqual({ total: "0" });
  });

  test("sweeps out claims of builders that died long ago, when something changes", async () => {
    const [claim] = await index.claim(level, [1], "host:1:a", 60_000);
    const key = (await redis.client().keys("heliostream:blocks:claims:*"))[0]!;
    await redis.client().hset(key, "2", "rdead 1000 0 host:9:z", "3", "no claim at all");
    await index.markChanged(level, { first: 0, end: 10 });
    expect(await redis.client().hkeys(key)).toEqual(["1"]);
    expect(await index.publish(level, sampleDetails(1), claim!)).toBe("outdated");
  });

  test("takes chunks of a wrong length for none", async () => {
    await index.record(level, [sampleDetails(1)]);
    const key = (await redis.client().keys("heliostream:blocks:states:*"))[0]!;
    await redis.client().hset(key, "0", "short");
    expect((await index.coverage(level, { first: 0, end: 5 }, LATER)).runs).toEqual([
      { first: 0, end: 5, state: "absent" },
    ]);
    await index.markChanged(level, { first: 0, end: 5 });
    await index.record(level, [sampleDetails(2)]);
    expect((await index.coverage(level, { first: 2, end: 3 }, LATER)).runs[0]?.state).toBe("present");
  });

  test("a key of another kind is away, not a crash", async () => {
    await index.record(level, [sampleDetails(1)]);
    const key = (await redis.client().keys("heliostream:blocks:states:*"))[0]!;
    await redis.client().set(key, "x");
    const asked = () => index.coverage(level, { first: 0, end: 5 }, LATER);
    expect(await rejectionOf(asked)).toMatchObject({ code: "INDEX_AWAY", where: { refused: true } });
  });

  test("runs again after Redis has forgotten its scripts", async () => {
    await index.record(level, [sampleDetails(1)]);
    await redis.client().script("FLUSH");
    await index.record(level, [sampleDetails(2)]);
    expect((await index.coverage(level, { first: 1, end: 3 }, LATER)).runs).toHaveLength(1);
  });
});
