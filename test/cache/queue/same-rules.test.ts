import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BuildJob, BuildQueue, BuildWorker, DoBuild } from "../../../cache/queue/build-queue.js";
import { BullQueue } from "../../../cache/queue/bull-queue.js";
import { LocalQueue } from "../../../cache/queue/local-queue.js";
import { parseRedisAddress } from "../../../cache/redis-address.js";
import { DasError } from "../../../errors/das-error.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";
import { dayJob, gate, REPORT } from "./support.js";

/** Short waits between tries; a round that failed keeps a build back for an hour. */
const TIMES = { retryMs: 5, roundMs: 3_600_000, maxRoundMs: 3_600_000 };

const redisProgram = redisForTest();
let redis: TestRedis;

const KINDS: readonly {
  readonly name: string;
  readonly isSkipped: boolean;
  open(): BuildQueue;
}[] = [
  { name: "the queue of a process", isSkipped: false, open: () => new LocalQueue(TIMES) },
  {
    name: redisProgram.title("the queue in Redis"),
    isSkipped: redisProgram.missing,
    open: () => new BullQueue({ address: parseRedisAddress(redis.address), timeoutMs: 5000 }, TIMES),
  },
];

beforeAll(async () => {
  if (!redisProgram.missing) redis = await testRedis();
});
afterAll(async () => {
  await redis?.stop();
});

describe.each(KINDS)("$name", ({ isSkipped, open }) => {
  let queue: BuildQueue;
  const workers: BuildWorker[] = [];
  beforeEach(async ({ skip }) => {
    if (isSkipped) skip();
    if (!redisProgram.missing) await redis.client().flushall();
    queue = open();
    return async () => {
      for (const worker of workers.splice(0)) await worker.close(0);
      await queue.close();
    };
  });

  async function work(doBuild: DoBuild, concurrency = 1): Promise<void> {
    workers.push(await queue.work(doBuild, { concurrency }));
  }

  /** Does all builds, and gives the order in which they were begun. */
  async function orderOf(jobs: readonly BuildJob[]): Promise<string[]> {
    const order: string[] = [];
    await work(async ({ sourceId, number }) => {
      order.push(`${sourceId}${number}`);
      return REPORT;
    });
    await Promise.all(jobs.map((job) => queue.ended(job)));
    return order;
  }

  it("does a build and gives its report to whoever waits", async () => {
    const job = dayJob("A", 1);
    await queue.add([job]);
    const before = queue.ended(job);
    await work(async () => REPORT);
    expect(await before).toEqual({ kind: "done", report: REPORT });
    expect(await queue.ended(job)).toEqual({ kind: "done", report: REPORT });
  });

  it("does a build once that is asked for many times at once", async () => {
    const job = dayJob("A", 1);
    await Promise.all(Array.from({ length: 20 }, () => queue.add([job, job])));
    await queue.add([dayJob("A", 2)]);
    expect(await orderOf([job, dayJob("A", 2)])).toEqual(["A1", "A2"]);
  });

  it("does a build again that is asked for after its end", async () => {
    const job = dayJob("A", 1);
    let runs = 0;
    await work(async () => ({ ...REPORT, bytes: ++runs }));
    for (const bytes of [1, 2]) {
      await queue.add([job]);
      expect(await queue.ended(job)).toEqual({ kind: "done", report: { ...REPORT, bytes } });
    }
  });

  it("knows nothing of a build that nobody asked for", async () => {
    expect(await queue.ended(dayJob("A", 1))).toMatchObject({ kind: "failed" });
  });

  it("does what a person waits for before what an operator asked for, and that before the rest", async () => {
    const jobs = [
      dayJob("A", 1, "prefetch"),
      dayJob("A", 2, "operator"),
      dayJob("A", 3, "person"),
      dayJob("B", 4, "person"),
      dayJob("B", 5, "prefetch"),
    ];
    await queue.add(jobs);
    expect(await orderOf(jobs)).toEqual(["A3", "B4", "A2", "A1", "B5"]);
  });

  it("lets a build become more urgent while it waits, not less", async () => {
    const jobs = [dayJob("A", 1, "prefetch"), dayJob("A", 2, "prefetch"), dayJob("A", 3, "operator")];
    await queue.add(jobs);
    await queue.add([dayJob("A", 2, "person"), dayJob("A", 3, "prefetch")]);
    expect((await queue.status()).jobs.find(({ job }) => job.number === 2)?.job.urgency).toBe("person");
    expect(await orderOf(jobs)).toEqual(["A2", "A3", "A1"]);
  });

  it("does three builds of a source among the next seven though another has a thousand", async () => {
    const many = Array.from({ length: 1000 }, (_, number) => dayJob("A", number));
    const few = [dayJob("B", 0), dayJob("B", 1), dayJob("B", 2)];
    await queue.add(many);
    const order: string[] = [];
    const reached = gate();
    const go = gate();
    await work(async ({ sourceId, number }) => {
      order.push(`${sourceId}${number}`);
      if (order.length === 10) {
        reached.open();
        await go.promise;
      }
      return REPORT;
    });
    await reached.promise;
    await queue.add(few);
    go.open();
    await Promise.all(few.map((job) => queue.ended(job)));
    // Two of A that came before, then turn about.
    const after = order.slice(10, 17);
    expect(after.filter((name) => name.startsWith("B"))).toEqual(["B0", "B1", "B2"]);
    await Promise.all([999, 998].map((number) => queue.ended(dayJob("A", number))));
    expect(order.filter((name) => name.startsWith("A"))).toHaveLength(1000);
  });

  it("lets nobody wait for ever who has many while others keep coming", async () => {
    // After each build another source comes with one of its own.
    const order: string[] = [];
    let newcomers = 0;
    await queue.add(Array.from({ length: 5 }, (_, number) => dayJob("A", number)));
    await work(async ({ sourceId, number }) => {
      order.push(`${sourceId}${number}`);
      if (newcomers < 60) await queue.add([dayJob(`New${newcomers++}`, 0)]);
      return REPORT;
    });
    await queue.ended(dayJob("A", 4));
    // By tag: A0; A1; A2, N0; A3, N1, N2; A4. Were newcomers to join the tag that is next, all sixty came before A2.
    expect(order.indexOf("A4")).toBe(7);
  });

  it("tries a build again that failed, until it succeeds", async () => {
    const job = dayJob("A", 1);
    let tries = 0;
    await work(async () => {
      if (++tries < 3) throw new DasError("READER_FAILED", "the reader failed");
      return REPORT;
    });
    await queue.add([job]);
    expect(await queue.ended(job)).toEqual({ kind: "done", report: REPORT });
    expect(tries).toBe(3);
  });

  it("gives up after five tries and tells why, without anything of the inside", async () => {
    const job = dayJob("A", 1);
    let tries = 0;
    await work(async () => {
      tries++;
      throw tries === 5 ? new Error("/var/secret") : new DasError("READER_FAILED", "the reader failed");
    });
    await queue.add([job]);
    expect(await queue.ended(job)).toEqual({
      kind: "failed",
      reason: "the build failed for an internal reason",
    });
    expect(tries).toBe(5);
    expect(await queue.status()).toMatchObject({ failed: 1, delayed: 0, waiting: 0 });
  });

  it("does not try again by itself what only a person can mend", async () => {
    let tries = 0;
    await work(async () => {
      tries++;
      throw new DasError("NO_SUCH_SOURCE", 'there is no source "A"');
    });
    await queue.add([dayJob("A", 1)]);
    expect(await queue.ended(dayJob("A", 1))).toEqual({
      kind: "failed",
      reason: 'there is no source "A"',
    });
    expect(tries).toBe(1);
  });

  it("keeps a build back that failed before, says so at once, and lets an operator try at once", async () => {
    const job = dayJob("A", 1, "person");
    let tries = 0;
    await work(async () => {
      if (++tries === 1) throw new DasError("BAD_DEFINITION", "no reader");
      return REPORT;
    });
    await queue.add([job]);
    expect(await queue.ended(job)).toEqual({ kind: "failed", reason: "no reader" });
    await queue.add([job]);
    expect(await queue.ended(job)).toEqual({ kind: "failed", reason: "no reader" });
    const { delayed, jobs } = await queue.status();
    expect([delayed, jobs]).toEqual([1, [{ job, state: "delayed", progress: 0, reason: "no reader" }]]);
    await queue.add([job]);
    expect((await queue.status()).delayed).toBe(1);
    expect(tries).toBe(1);
    await queue.add([{ ...job, urgency: "operator" }]);
    expect(await queue.ended(job)).toEqual({ kind: "done", report: REPORT });
  });

  it("tells how far a build is", async () => {
    const job = dayJob("A", 1);
    const told: number[] = [];
    const heard = gate();
    await work(async (_, onProgress) => {
      onProgress(0.25);
      await heard.promise;
      return REPORT;
    });
    await queue.add([job]);
    await queue.ended(job, (fraction) => {
      told.push(fraction);
      heard.open();
    });
    expect(new Set(told)).toEqual(new Set([0.25]));
  });

  it("lets a wait be given up, and the build goes on", async () => {
    const job = dayJob("A", 1);
    const controller = new AbortController();
    const go = gate();
    const begun = gate();
    await work(async () => {
      begun.open();
      await go.promise;
      return REPORT;
    });
    await queue.add([job]);
    const given = queue.ended(job, undefined, controller.signal);
    await begun.promise;
    controller.abort();
    await expect(given).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await queue.status()).toMatchObject({ running: 1, workers: 1 });
    go.open();
    expect(await queue.ended(job)).toEqual({ kind: "done", report: REPORT });
    expect(await queue.status()).toMatchObject({ running: 0, builtLastMinute: 1 });
  });

  it("puts a build back when the worker is closed, for the next worker, and counts it as not tried", async () => {
    const job = dayJob("A", 1);
    const begun = gate();
    const numbers: number[] = [];
    const first = await queue.work(
      (_, __, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new DasError("CANCELLED", "stopped")));
          begun.open();
        }),
      { concurrency: 1, onTry: ({ number }) => numbers.push(number) },
    );
    await queue.add([job, dayJob("A", 2)]);
    await begun.promise;
    await first.close(0);
    expect(await queue.status()).toMatchObject({ waiting: 2, running: 0, failed: 0 });
    workers.push(
      await queue.work(async () => REPORT, {
        concurrency: 1,
        onTry: ({ job: { number: day }, number }) => numbers.push(10 * day + number),
      }),
    );
    expect(await queue.ended(job)).toEqual({ kind: "done", report: REPORT });
    await queue.ended(dayJob("A", 2));
    expect(numbers).toEqual([11, 21]);
  });

  it("lets a build end in its time of grace", async () => {
    const job = dayJob("A", 1);
    const begun = gate();
    const go = gate();
    const worker = await queue.work(
      async () => {
        begun.open();
        await go.promise;
        return REPORT;
      },
      { concurrency: 1 },
    );
    await queue.add([job]);
    await begun.promise;
    const closed = worker.close(60_000);
    go.open();
    await closed;
    expect(await queue.ended(job)).toEqual({ kind: "done", report: REPORT });
  });
});
