import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { BuildWorker } from "../../../cache/queue/build-queue.js";
import { BullQueue, type BullTimes } from "../../../cache/queue/bull-queue.js";
import { parseRedisAddress } from "../../../cache/redis-address.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";
import { rejectionOf } from "../../support/thrown.js";
import { type ChildProgram, childProgram } from "../support/child-process.js";
import { dayJob, gate, REPORT } from "./support.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Many times the limit that queues here have: hosts are busy. What hangs takes longer. */
const PATIENCE_MS = 10_000;

const redisProgram = redisForTest();

describe.skipIf(redisProgram.missing)(redisProgram.title("a queue whose Redis fails"), () => {
  const open: { close(): Promise<void> }[] = [];
  const workers: BuildWorker[] = [];
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.close(0);
    for (const one of open.splice(0)) await one.close();
  });

  async function redisOf(): Promise<TestRedis> {
    const redis = await testRedis();
    open.push({ close: () => redis.stop() });
    return redis;
  }

  function queueOf(redis: TestRedis, timeoutMs: number, times: Partial<BullTimes> = {}): BullQueue {
    const queue = new BullQueue({ address: parseRedisAddress(redis.address), timeoutMs }, times);
    // Queues are closed before the Redis that they belong to.
    open.unshift(queue);
    return queue;
  }

  /** How long it takes to be refused, ms. */
  async function refusalTime(ask: () => Promise<unknown>): Promise<number> {
    const begin = performance.now();
    expect(await rejectionOf(ask)).toMatchObject({
      code: "QUEUE_AWAY",
      where: { reason: expect.any(String) },
    });
    return performance.now() - begin;
  }

  it("says so in time for every question, and works when it has come", async () => {
    const redis = await redisOf();
    await redis.kill();
    const queue = queueOf(redis, 200);
    const job = dayJob("A", 1);
    for (const ask of [() => queue.add([job]), () => queue.ended(job), () => queue.status()])
      expect(await refusalTime(ask)).toBeLessThan(PATIENCE_MS);
    workers.push(await queue.work(async () => REPORT, { concurrency: 1 }));
    await redis.restart();
    const patient = queueOf(redis, 10_000);
    await patient.add([job]);
    expect(await patient.ended(job)).toEqual({ kind: "done", report: REPORT });
    await queue.add([dayJob("A", 2)]);
    expect(await queue.ended(dayJob("A", 2))).toEqual({ kind: "done", report: REPORT });
  });

  it("says so in time where it takes connections and answers nothing, and works when it goes on", async () => {
    const redis = await redisOf();
    const queue = queueOf(redis, 200);
    await queue.add([dayJob("A", 1)]);
    redis.pause();
    for (const ask of [
      () => queue.add([dayJob("A", 2)]),
      () => queue.status(),
      () => queueOf(redis, 200).status(),
    ])
      expect(await refusalTime(ask)).toBeLessThan(PATIENCE_MS);
    redis.resume();
    const patient = queueOf(redis, 10_000);
    workers.push(await patient.work(async () => REPORT, { concurrency: 1 }));
    expect(await patient.ended(dayJob("A", 1))).toEqual({ kind: "done", report: REPORT });
  });

  it("tells whoever waits that a build is lost where it comes back empty", async () => {
    const redis = await redisOf();
    const queue = queueOf(redis, 5000);
    const job = dayJob("A", 1);
    await queue.add([job]);
    const end = queue.ended(job);
    await redis.restart();
    expect(await end).toMatchObject({ kind: "failed" });
    workers.push(await queue.work(async () => REPORT, { concurrency: 1 }));
    await queue.add([job]);
    expect(await queue.ended(job)).toEqual({ kind: "done", report: REPORT });
  });

  it("gives its worker builds again after it was lost in the middle of one", async () => {
    const redis = await redisOf();
    const queue = queueOf(redis, 5000);
    const begun = gate();
    const go = gate();
    workers.push(
      await queue.work(
        async ({ number }) => {
          if (number === 1) {
            begun.open();
            await go.promise;
          }
          return REPORT;
        },
        { concurrency: 1 },
      ),
    );
    await queue.add([dayJob("A", 1)]);
    await begun.promise;
    await redis.restart();
    go.open();
    await queue.add([dayJob("A", 2)]);
    expect(await queue.ended(dayJob("A", 2))).toEqual({ kind: "done", report: REPORT });
  });

  it("says why where it has no memory left", async () => {
    const redis = await redisOf();
    const queue = queueOf(redis, 5000);
    await queue.add([dayJob("A", 0)]);
    // Less than it has in use.
    await redis.client().config("SET", "maxmemory", "1");
    const failure = await rejectionOf(() => queue.add([dayJob("A", 1)]));
    expect(failure).toMatchObject({
      code: "QUEUE_AWAY",
      message: "the queue of builds has no memory left",
      where: { reason: expect.stringContaining("OOM") },
    });
    expect((await queue.status()).waiting).toBe(1);
  });

  it("is closed at once while it is away", async () => {
    const redis = await redisOf();
    const queue = queueOf(redis, 5000);
    const worker = await queue.work(async () => REPORT, { concurrency: 2 });
    await queue.add([dayJob("A", 1)]);
    await queue.ended(dayJob("A", 1));
    await redis.kill();
    const begin = performance.now();
    await worker.close();
    await queue.close();
    expect(performance.now() - begin).toBeLessThan(PATIENCE_MS);
  });
});

describe.skipIf(redisProgram.missing)(redisProgram.title("a worker as a process"), () => {
  let redis: TestRedis;
  let program: ChildProgram;
  let queue: BullQueue;
  beforeAll(async () => {
    redis = await testRedis();
    program = await childProgram(join(import.meta.dirname, "worker-child.ts"));
    queue = new BullQueue(
      { address: parseRedisAddress(redis.address), timeoutMs: 5000 },
      { lockMs: 1000, stalledMs: 300 },
    );
  });
  afterAll(async () => {
    await program?.remove();
    await queue?.close();
    await redis?.stop();
  });

  it("that is killed in a build loses nothing: another does it", async () => {
    const job = dayJob("Killed", 1);
    const child = program.start(redis.address, "1000");
    await child.said("ready");
    await queue.add([job]);
    await child.said("begun Killed 1");
    child.kill("SIGKILL");
    expect(await child.ended).toBe(null);
    const worker = await queue.work(async () => REPORT, { concurrency: 1 });
    expect(await queue.ended(job)).toEqual({ kind: "done", report: REPORT });
    await worker.close();
    expect(await queue.status()).toMatchObject({ running: 0, waiting: 0, failed: 0, delayed: 0 });
  });

  it("that is told to end puts its build back, and ends", async () => {
    const job = dayJob("Told", 1);
    const child = program.start(redis.address, "60000");
    await child.said("ready");
    await queue.add([job]);
    await child.said("begun Told 1");
    child.kill("SIGTERM");
    await child.said("closed");
    expect(await child.ended).toBe(0);
    // Long before its lock would run out.
    expect(await queue.status()).toMatchObject({ running: 0, waiting: 1, workers: 0 });
    const worker = await queue.work(async () => REPORT, { concurrency: 1 });
    expect(await queue.ended(job)).toEqual({ kind: "done", report: REPORT });
    await worker.close();
  });
});
