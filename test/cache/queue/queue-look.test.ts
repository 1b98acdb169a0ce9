import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { respLink } from "../../../cache/index/resp-link.js";
import { BullQueue } from "../../../cache/queue/bull-queue.js";
import { lookAtQueue } from "../../../cache/queue/queue-look.js";
import { parseRedisAddress } from "../../../cache/redis-address.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";
import { dayJob, gate, REPORT } from "./support.js";

/** A build that failed waits for its second try until the end of the test. */
const TIMES = { retryMs: 3_600_000, roundMs: 3_600_000, maxRoundMs: 3_600_000 };

const program = redisForTest();

describe.skipIf(program.missing)(program.title("a look at the queue of builds"), () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await testRedis();
  });
  beforeEach(() => redis.client().flushall());
  afterAll(() => redis.stop());

  const open = () => new BullQueue({ address: parseRedisAddress(redis.address), timeoutMs: 5000 }, TIMES);
  const link = () => respLink(parseRedisAddress(redis.address), 5000);

  it("sees what the queue itself tells: running, waiting, delayed and done, with workers", async () => {
    const queue = open();
    const look = link();
    const running = gate();
    const going = gate();
    const failed = gate();
    await queue.add([
      dayJob("Done", 1, "person"),
      dayJob("Fails", 2, "person"),
      dayJob("Runs", 3, "operator"),
    ]);
    const worker = await queue.work(
      async ({ sourceId }, onProgress) => {
        if (sourceId === "Fails") throw new Error("The reader ended with status 3");
        if (sourceId === "Runs") {
          onProgress(0.25);
          running.open();
          await going.promise;
        }
        return REPORT;
      },
      { concurrency: 1, onTry: ({ job }) => job.sourceId === "Fails" && failed.open() },
    );
    try {
      expect((await queue.ended(dayJob("Done", 1))).kind).toBe("done");
      await Promise.all([running.promise, failed.promise]);
      await queue.add([dayJob("A", 4, "prefetch"), dayJob("A", 5, "person"), dayJob("B", 6, "operator")]);
      const own = await queue.status();
      expect(own).toMatchObject({
        waiting: 3,
        running: 1,
        delayed: 1,
        failed: 0,
        workers: 1,
        builtLastMinute: 1,
      });
      expect(await lookAtQueue(look, Date.now())).toEqual(own);
      expect(own.jobs.map(({ job, state }) => [job.sourceId, job.urgency, state])).toEqual([
        ["Runs", "operator", "running"],
        ["A", "person", "waiting"],
        ["B", "operator", "waiting"],
        ["A", "prefetch", "waiting"],
        ["Fails", "person", "delayed"],
      ]);
      // Two minutes later nothing was built in the last one.
      expect((await lookAtQueue(look, Date.now() + 120_000)).builtLastMinute).toBe(0);
    } finally {
      going.open();
      await worker.close(0);
      await queue.close();
      await look.close();
    }
  });

  it("shows some of many, in the order of the queue", async () => {
    const queue = open();
    const look = link();
    await queue.add(Array.from({ length: 300 }, (_, n) => dayJob(`S${n % 7}`, n)));
    const own = await queue.status();
    const seen = await lookAtQueue(look, Date.now());
    expect(seen.waiting).toBe(300);
    expect(seen.jobs).toHaveLength(50);
    expect(seen).toEqual(own);
    await queue.close();
    await look.close();
  });

  it("sees nothing in a Redis without a queue, and passes over what is no build", async () => {
    const look = link();
    const empty = { waiting: 0, running: 0, delayed: 0, failed: 0, workers: 0, builtLastMinute: 0, jobs: [] };
    expect(await lookAtQueue(look, Date.now())).toEqual(empty);
    const client = redis.client();
    await client.zadd("heliostream:builds:failed", 1, "x", 2, "y");
    await client.hset("heliostream:builds:x", { data: "{", priority: "1" });
    expect(await lookAtQueue(look, Date.now())).toEqual({ ...empty, failed: 2 });
    await look.close();
  });

  it("says that the queue is away where Redis does not answer, or not as a queue would", async () => {
    const look = link();
    await redis.client().set("heliostream:builds:wait", "text");
    await expect(lookAtQueue(look, Date.now())).rejects.toMatchObject({ code: "QUEUE_AWAY" });
    await redis.kill();
    await expect(lookAtQueue(look, Date.now())).rejects.toMatchObject({ code: "QUEUE_AWAY" });
    await look.close();
    await redis.restart();
  });
});
