import fc from "fast-check";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { jobId } from "../../../cache/queue/build-job.js";
import { FairOrder } from "../../../cache/queue/fair-order.js";
import { placeJobs, urgencyOf } from "../../../cache/queue/place-jobs.js";
import { CLASS_WIDTH } from "../../../cache/queue/place-script.js";
import { queueKey } from "../../../cache/queue/queue-keys.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";
import { dayJob } from "./support.js";

describe("FairOrder", () => {
  it("gives the builds of one source one tag after the other", () => {
    const order = new FairOrder();
    expect([0, 1, 2].map(() => order.place("operator", "A", undefined))).toEqual([0, 1, 2]);
  });

  it("gives a source that comes later the tag after the next one", () => {
    const order = new FairOrder();
    for (let n = 0; n < 100; n++) order.place("operator", "A", undefined);
    expect([0, 1].map(() => order.place("operator", "B", 40))).toEqual([41, 42]);
    expect(order.place("operator", "A", 40)).toBe(100);
  });

  it("keeps the clocks of urgencies apart, and begins anew where nothing waits", () => {
    const order = new FairOrder();
    for (let n = 0; n < 5; n++) order.place("operator", "A", undefined);
    expect(order.place("person", "A", undefined)).toBe(0);
    order.reset("operator");
    expect(order.place("operator", "A", undefined)).toBe(0);
    expect(order.place("person", "A", undefined)).toBe(1);
  });
});

const redisProgram = redisForTest();

describe.skipIf(redisProgram.missing)(redisProgram.title("placeJobs"), () => {
  let redis: TestRedis;
  let client: Redis;
  beforeAll(async () => {
    redis = await testRedis();
    client = redis.client();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    await client.flushall();
  });

  /** Adds a job as the queue's library does: a hash, and a score of priority * 2^32 + counter. */
  async function addWaiting(id: string, priority: number): Promise<void> {
    const counter = await client.incr(queueKey("pc"));
    await client.hset(queueKey(id), "priority", String(priority));
    await client.zadd(queueKey("prioritized"), String(priority * 2 ** 32 + counter), id);
  }

  async function place(sourceId: string, number: number): Promise<number> {
    const [placing] = await placeJobs(client, [dayJob(sourceId, number)]);
    if (placing?.verb !== "add") throw new Error(`not to be added: ${placing?.verb}`);
    await addWaiting(jobId(dayJob(sourceId, number)), placing.priority);
    return placing.priority;
  }

  it("gives the same order as the one in the process, whoever comes when", async () => {
    // true: the next one begins; else a build of that source is added.
    const step = fc.oneof(fc.constant(true as const), fc.constantFrom("A", "B", "C"));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        await client.flushall();
        const order = new FairOrder();
        const waiting: number[] = [];
        for (const [number, what] of steps.entries()) {
          waiting.sort((a, b) => a - b);
          if (what === true) {
            waiting.shift();
            const [id = ""] = await client.zpopmin(queueKey("prioritized"));
            await client.del(queueKey(id));
            continue;
          }
          if (waiting.length === 0) order.reset("operator");
          const tag = order.place("operator", what, waiting[0]);
          waiting.push(tag);
          expect(await place(what, number)).toBe(CLASS_WIDTH + 1 + tag);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("has room for ever: priorities are moved down before they run out, in their order", async () => {
    // A clock that has gone far: the next build has the tag 300,000 of 524,288.
    const [far, gone] = [CLASS_WIDTH + 1 + 300_000, 300_000];
    await addWaiting("one", far);
    await addWaiting("two", far);
    await addWaiting("three", far + 7);
    await addWaiting("urgent", 5);
    await client.hset("heliostream:clock:1", "base", "1000", "f:Old", "300999", "f:A", "301100");
    await client.hset(queueKey("late"), "priority", String(far + 3));
    await client.zadd(queueKey("delayed"), 1, "late");

    expect(await place("B", 1)).toBe(CLASS_WIDTH + 1 + 1);
    expect(await place("A", 1)).toBe(CLASS_WIDTH + 1 + 100);

    const ids = await client.zrange(queueKey("prioritized"), "0", "-1");
    expect(ids).toEqual(["urgent", "one", "two", jobId(dayJob("B", 1)), "three", jobId(dayJob("A", 1))]);
    const priorities = await Promise.all(
      ["urgent", "one", "three", "late"].map((id) => client.hget(queueKey(id), "priority")),
    );
    expect(priorities.map(Number)).toEqual([5, far - gone, far + 7 - gone, far + 3 - gone]);
    expect(await client.hget("heliostream:clock:1", "base")).toBe("301000");
    expect(await client.hexists("heliostream:clock:1", "f:Old")).toBe(0);
  });

  it("never gives a priority of another urgency", async () => {
    await addWaiting("one", CLASS_WIDTH + 1);
    await client.hset("heliostream:clock:1", "f:A", String(10 * CLASS_WIDTH));
    const priority = await place("A", 1);
    expect([priority, urgencyOf(priority)]).toEqual([2 * CLASS_WIDTH, "operator"]);
  });
});
