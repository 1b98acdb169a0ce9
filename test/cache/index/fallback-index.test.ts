import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BlockIndex, Claim } from "../../../cache/index/block-index.js";
import { FileIndex } from "../../../cache/index/file-index.js";
import { openIndex, openLink } from "../../../cache/index/open-index.js";
import { RedisIndex } from "../../../cache/index/redis-index.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";
import { rejectionOf } from "../../support/thrown.js";
import { LATER, sampleDetails, sampleLevel } from "./sample-level.js";

const program = redisForTest();
const MINUTE = 60_000;
const level = sampleLevel();
const now = Date.now();
/** A block that is being built in these minutes. */
const fresh = (number: number, more = {}) => sampleDetails(number, { builtMs: now, ...more });

describe.skipIf(program.missing).each([{ life: "request" }, { life: "process" }] as const)(
  program.title("files stand in for Redis, over the link of a $life"),
  ({ life }) => {
    let redis: TestRedis;
    let root: string;
    const opened: BlockIndex[] = [];
    const told: string[] = [];
    const open = async (pauseMs = 0, redisTimeout = 5): Promise<BlockIndex> => {
      const settings = {
        cacheRoot: root,
        workQueueBroker: "redis",
        workQueueConn: redis.address,
        redisTimeout,
      };
      const index = await openIndex(settings, {
        life,
        pauseMs,
        onAway: (reason) => told.push(`away: ${reason}`),
        onBack: () => told.push("back"),
      });
      opened.push(index);
      return index;
    };
    /** What Redis alone says. */
    const alone = async (): Promise<BlockIndex> => {
      const settings = { workQueueConn: redis.address, redisTimeout: 5 };
      const index = new RedisIndex(await openLink(settings, "request"));
      opened.push(index);
      return index;
    };
    const stateIn = async (index: BlockIndex, number: number) =>
      (await index.coverage(level, { first: number, end: number + 1 }, { now })).runs[0]?.state;
    /** Asks until Redis has been found to be there again. */
    const isBack = (index: BlockIndex) =>
      expect
        .poll(async () => {
          await stateIn(index, 1);
          return told.at(-1);
        })
        .toBe("back");
    const claimOne = async (index: BlockIndex, number: number): Promise<Claim> => {
      const [claim] = await index.claim(level, [number], "host:1:a", MINUTE);
      if (claim === undefined) throw new Error(`block ${number} is claimed`);
      return claim;
    };

    beforeAll(async () => {
      redis = await testRedis();
    });
    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), "heliostream-index-"));
      await redis.restart();
      told.length = 0;
    });
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.close();
      await rm(root, { recursive: true, force: true });
    });
    afterAll(() => redis.stop());

    test("while Redis is there, it is what is asked; the files learn of blocks all the same", async () => {
      const index = await open();
      await index.publish(level, fresh(1), await claimOne(index, 1));
      expect(await stateIn(await alone(), 1)).toBe("present");
      expect(await stateIn(new FileIndex(root), 1)).toBe("present");
      await (await alone()).forget(level, [1]);
      expect(await stateIn(index, 1)).toBe("absent");
      expect(told).toEqual([]);
    });

    test("a Redis that is away at the start is said once, and everything goes on in files", async () => {
      await redis.kill();
      const index = await open();
      const claim = await claimOne(index, 1);
      expect(await index.claim(level, [1], "host:2:b", MINUTE)).toEqual([]);
      expect(await index.claimed(level, [1, 2])).toEqual([1]);
      expect(await index.renew(level, [claim], MINUTE)).toEqual([claim]);
      expect(await index.publish(level, fresh(1), claim)).toBe("published");
      expect(await stateIn(index, 1)).toBe("present");
      expect(await index.usage()).toBe(fresh(1).bytes);
      expect(await index.markChanged(level, { first: 0, end: 2 })).toEqual([1]);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(/^away: /);
      expect(told[0]).not.toContain(String(redis.port));
    });

    test("a Redis that is killed between two questions is not missed, and is asked again when it is back", async () => {
      const index = await open();
      await index.record(level, [fresh(1), fresh(2)]);
      const before = await index.coverage(level, { first: 0, end: 3 }, { now });
      await redis.kill();
      expect(await index.coverage(level, { first: 0, end: 3 }, { now })).toEqual(before);
      await redis.restart();
      await isBack(index);
      expect(await stateIn(index, 1)).toBe("absent");
      // It came back empty: what is on the disk takes room all the same.
      expect(await (await alone()).usage()).toBe(0);
      expect(await index.usage()).toBe(fresh(1).bytes + fresh(2).bytes);
      await index.record(level, [fresh(1)]);
      expect(await stateIn(await alone(), 1)).toBe("present");
    });

    test("a Redis that stands still costs one time limit, and then none until it is tried again", async () => {
      const index = await open(3_600_000, 0.1);
      await index.record(level, [fresh(1)]);
      redis.pause();
      try {
        expect(await stateIn(index, 1)).toBe("present");
        expect(told).toHaveLength(1);
      } finally {
        redis.resume();
      }
      // It is there again, and is not asked: what it has lost is still said to be there.
      await (await alone()).forget(level, [1]);
      expect(await stateIn(index, 1)).toBe("present");
      expect(told).toHaveLength(1);
    });

    test("who had a claim of Redis goes on when it is away, alone, and the block is good", async () => {
      const index = await open();
      const claim = await claimOne(index, 1);
      await redis.kill();
      const other = await open();
      expect(await index.renew(level, [claim], MINUTE)).toEqual([claim]);
      expect(await other.claim(level, [1], "host:2:b", MINUTE)).toEqual([]);
      expect(await index.publish(level, fresh(1), claim)).toBe("published");
      expect(await other.claimed(level, [1])).toEqual([]);
      expect(await stateIn(other, 1)).toBe("present");
    });

    test("who began while Redis was away goes on alone when it is back", async () => {
      await redis.kill();
      const index = await open();
      const claim = await claimOne(index, 1);
      await redis.restart();
      const other = await open();
      await isBack(index);
      expect(await other.claim(level, [1, 2], "host:2:b", MINUTE)).toHaveLength(1);
      expect(await other.claimed(level, [1, 2])).toEqual([1, 2]);
      expect(await index.renew(level, [claim], MINUTE)).toEqual([claim]);
      expect(await index.publish(level, fresh(1), claim)).toBe("published");
      expect(await stateIn(await alone(), 1)).toBe("present");
    });

    test("a Redis that lost everything in the middle of a build costs no rebuild", async () => {
      const index = await open();
      const claim = await claimOne(index, 1);
      await redis.restart();
      await expect.poll(() => index.publish(level, fresh(1), claim)).toBe("published");
      expect(await stateIn(new FileIndex(root), 1)).toBe("present");
    });

    test("a change that Redis was told of and lost is not lost", async () => {
      const index = await open();
      const claim = await claimOne(index, 1);
      await (await open()).markChanged(level, { first: 1, end: 2 });
      await redis.restart();
      expect(await index.publish(level, fresh(1), claim)).toBe("outdated");
      await expect.poll(() => stateIn(index, 1)).toBe("stale");
    });

    test("a change while Redis is away is told to it as soon as it is back", async () => {
      const index = await open();
      await index.record(level, [fresh(1), fresh(2)]);
      redis.pause();
      const hasty = await open(0, 0.1);
      expect(await hasty.markChanged(level, { first: 2, end: 9 })).toEqual([2]);
      redis.resume();
      await isBack(hasty);
      const direct = await alone();
      expect([await stateIn(direct, 1), await stateIn(direct, 2)]).toEqual(["present", "stale"]);
    });

    test("a change that comes in the same moment as a publication is never lost", async () => {
      const [builder, watcher] = [await open(), await open()];
      const numbers = Array.from({ length: 40 }, (_, i) => i);
      const claims = await builder.claim(level, numbers, "host:1:a", MINUTE);
      const [outcomes] = await Promise.all([
        Promise.all(claims.map((claim) => builder.publish(level, fresh(claim.number), claim))),
        watcher.markChanged(level, { first: 0, end: 40 }),
      ]);
      expect(outcomes).toHaveLength(40);
      for (const index of [await alone(), new FileIndex(root)]) {
        const { runs } = await index.coverage(level, { first: 0, end: 40 }, { now });
        expect(runs).toEqual([{ first: 0, end: 40, state: "stale" }]);
      }
    });

    test("a password in the address is in no message", async () => {
      const guarded = await testRedis({ password: "another" });
      const settings = {
        cacheRoot: root,
        workQueueBroker: "Redis",
        workQueueConn: `redis://:s3cret@127.0.0.1:${guarded.port}/0`,
        redisTimeout: 5,
      };
      const index = await openIndex(settings, { life, onAway: (why) => told.push(why) });
      opened.push(index);
      expect(await stateIn(index, 1)).toBe("absent");
      expect(told).toHaveLength(1);
      expect(told.join()).not.toContain("s3cret");
      await guarded.stop();
    });
  },
);

describe.skipIf(program.missing)(program.title("a Redis that is full"), () => {
  let redis: TestRedis;
  let root: string;
  beforeAll(async () => {
    redis = await testRedis({ maxmemory: "3mb" });
    root = await mkdtemp(join(tmpdir(), "heliostream-index-"));
    const client = redis.client();
    for (let i = 0, isFull = false; !isFull; i++)
      isFull = await client.set(`filling ${i}`, Buffer.alloc(20_000, "x")).then(
        () => false,
        () => true,
      );
  });
  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
    await redis.stop();
  });
  const settings = () => ({ workQueueConn: redis.address, redisTimeout: 5 });
  /** Some blocks that were there before Redis was full. */
  const withRoom = async (step: (index: BlockIndex) => Promise<unknown>): Promise<void> => {
    const client = redis.client();
    await client.config("SET", "maxmemory", "0");
    const index = new RedisIndex(await openLink(settings(), "request"));
    await step(index);
    await index.close();
    await client.config("SET", "maxmemory", "3mb");
  };

  test("refuses what is new as a whole, still answers, and still takes changes, renewals and what is to be forgotten", async () => {
    let claims: readonly Claim[] = [];
    await withRoom(async (one) => {
      await one.record(level, [sampleDetails(1), sampleDetails(2)]);
      claims = await one.claim(level, [3], "host:1:a", MINUTE);
    });
    const index = new RedisIndex(await openLink(settings(), "process"));
    const refused = { code: "INDEX_AWAY", where: { refused: true } };
    const bytes = await index.usage();
    expect(await rejectionOf(() => index.record(level, [sampleDetails(5)]))).toMatchObject(refused);
    expect(await rejectionOf(() => index.publish(level, sampleDetails(3), claims[0]!))).toMatchObject(
      refused,
    );
    expect(await rejectionOf(() => index.claim(level, [4], "host:1:a", MINUTE))).toMatchObject(refused);
    expect(await index.usage()).toBe(bytes);
    expect(await index.claimed(level, [3, 4])).toEqual([3]);
    expect(await index.renew(level, claims, MINUTE)).toEqual(claims);
    expect(await index.markChanged(level, { first: 2, end: 4 })).toEqual([2]);
    await index.forget(level, [1]);
    const { runs } = await index.coverage(level, { first: 1, end: 6 }, LATER);
    expect(runs.map(({ state }) => state)).toEqual(["absent", "stale", "absent"]);
    await index.release(level, claims);
    expect(await index.claimed(level, [3])).toEqual([]);
    await index.close();
  });

  test("is said, and blocks go on record in files", async () => {
    const told: string[] = [];
    const more = { cacheRoot: root, workQueueBroker: "redis" };
    const index = await openIndex(
      { ...settings(), ...more },
      { life: "process", onAway: (why) => told.push(why) },
    );
    const [claim] = await index.claim(level, [9], "host:1:a", MINUTE);
    expect(await index.publish(level, sampleDetails(9), claim!)).toBe("published");
    const { runs } = await new FileIndex(root).coverage(level, { first: 9, end: 10 }, LATER);
    expect(runs[0]?.state).toBe("present");
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^OOM /);
    await index.close();
  });
});

describe("an index as it is configured", () => {
  test("is in files where no broker is named", async () => {
    const settings = { cacheRoot: "/nowhere", workQueueConn: "no address", redisTimeout: 5 };
    const index = await openIndex({ ...settings, workQueueBroker: undefined }, { life: "request" });
    expect(index).toBeInstanceOf(FileIndex);
  });

  test.each([
    ["rabbit", "localhost:6379:0"],
    ["redis", "localhost:no port"],
  ])("broker %j at %j is refused", async (workQueueBroker, workQueueConn) => {
    const settings = { cacheRoot: "/nowhere", workQueueBroker, workQueueConn, redisTimeout: 5 };
    expect(await rejectionOf(() => openIndex(settings, { life: "request" }))).toMatchObject({
      code: "BAD_CONFIG",
    });
  });
});
