import { Job, type JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { DasError } from "../../errors/das-error.js";
import { BuildEnds } from "./build-ends.js";
import { jobId, UNKNOWN_BUILD } from "./build-job.js";
import type {
  BuildJob,
  BuildQueue,
  BuildWorker,
  DoBuild,
  JobEnd,
  OnProgress,
  QueueStatus,
  WorkOptions,
} from "./build-queue.js";
import { bullStatus } from "./bull-status.js";
import { BullWorker, type WorkTimes } from "./bull-worker.js";
import { type Placing, placeJobs } from "./place-jobs.js";
import { QUEUE_NAME, QUEUE_PREFIX } from "./queue-keys.js";
import { answerInTime, hastyClient, type QueueRedis } from "./redis-client.js";
import { ATTEMPTS, JITTER, RETRY_DELAYS, type RetryDelays, roundDelay } from "./retry-delays.js";
import { afterFailure, asBuildReport, asStoredBuild, type StoredBuild } from "./stored-build.js";

/** Builds that go to Redis in one step: few enough for the time limit of a question. */
const BATCH = 100;
/** What is remembered of builds that ended: who waits for one asks at once or after the poll. */
const KEPT_DONE = { age: 3600, count: 20_000 } as const;
const MAX_KEPT_FAILED = 20_000;

/** Times of a queue, for those who cannot wait; all in milliseconds. */
export type BullTimes = RetryDelays & WorkTimes;

/**
 * The queue of builds in Redis, made with BullMQ: one build for a span whoever asks, on any number of hosts. All methods may throw
 * QUEUE_AWAY, and none waits longer than the time limit for an answer.
 */
export class BullQueue implements BuildQueue {
  readonly #place: QueueRedis;
  readonly #times: Partial<BullTimes>;
  readonly #delays: RetryDelays;
  readonly #client: Redis;
  readonly #ends: BuildEnds;
  #queue: Promise<Queue> | undefined;
  #whenReady: Promise<void> | undefined;

  constructor(place: QueueRedis, times: Partial<BullTimes> = {}) {
    this.#place = place;
    this.#times = times;
    this.#delays = { ...RETRY_DELAYS, ...times };
    this.#client = hastyClient(place);
    this.#ends = new BuildEnds(place);
  }

  async add(jobs: readonly BuildJob[]): Promise<void> {
    const single = [...new Map(jobs.map((job) => [jobId(job), job])).values()];
    for (let at = 0; at < single.length; at += BATCH) {
      const batch = single.slice(at, at + BATCH);
      await this.#ask((queue) => this.#addBatch(queue, batch));
    }
  }

  async ended(job: BuildJob, onProgress?: OnProgress, signal?: AbortSignal): Promise<JobEnd> {
    const id = jobId(job);
    const watch = await answerInTime(() => this.#ends.watch(id, onProgress), this.#place.timeoutMs);
    try {
      for (;;) {
        if (signal?.aborted === true) throw new DasError("CANCELLED", "the wait for a build was given up");
        const end = await this.#ask((queue) => look(queue, id, onProgress));
        if (end !== undefined) return end;
        await watch.next(signal);
      }
    } finally {
      watch.forget();
    }
  }

  async status(): Promise<QueueStatus> {
    return this.#ask((queue) => bullStatus(queue, this.#client));
  }

  async work(doBuild: DoBuild, options: WorkOptions): Promise<BuildWorker> {
    return new BullWorker(this.#place, doBuild, options, this.#times);
  }

  async close(): Promise<void> {
    await this.#ends.close();
    const opened = this.#queue;
    this.#client.disconnect();
    // Its connection is ours and closed: there is nothing to wait for.
    opened?.then((queue) => queue.close()).catch(() => {});
  }

  async #addBatch(queue: Queue, jobs: readonly BuildJob[]): Promise<void> {
    const placings = await placeJobs(this.#client, jobs);
    const added: { name: string; data: StoredBuild; opts: JobsOptions }[] = [];
    const due: string[] = [];
    jobs.forEach((job, index) => {
      const placing = placings[index] ?? { verb: "skip" };
      if (placing.verb === "add" || placing.verb === "again") added.push(this.#newJob(job, placing));
      else if (placing.verb === "delayed" && job.urgency === "operator") due.push(jobId(job));
    });
    if (added.length > 0) await queue.addBulk(added);
    await Promise.all(due.map((id) => promote(queue, id)));
  }

  #newJob(job: BuildJob, placing: Extract<Placing, { readonly verb: "add" | "again" }>) {
    const data: StoredBuild =
      placing.verb === "add" ? { job, rounds: 0 } : afterFailure(job, placing.data, placing.reason);
    const { retryMs, maxRoundMs } = this.#delays;
    let delay = 0;
    if (placing.verb === "again" && job.urgency !== "operator")
      delay = placing.failedAt + roundDelay(this.#delays, data.rounds) - Date.now();
    const opts: JobsOptions = {
      jobId: jobId(job),
      priority: placing.priority,
      attempts: ATTEMPTS,
      backoff: { type: "exponential", delay: retryMs, jitter: JITTER },
      removeOnComplete: KEPT_DONE,
      removeOnFail: { age: Math.ceil((2 * maxRoundMs) / 1000), count: MAX_KEPT_FAILED },
      ...(delay > 0 ? { delay } : {}),
    };
    return { name: job.period, data, opts };
  }

  /** Does something with the queue, in time. */
  async #ask<T>(work: (queue: Queue) => Promise<T>): Promise<T> {
    return answerInTime(async () => work(await this.#open()), this.#place.timeoutMs);
  }

  async #open(): Promise<Queue> {
    const client = this.#client;
    // A client that waits to connect is told to; its failure shows in that it does not become ready.
    if (client.status === "wait") client.connect().catch(() => {});
    if (client.status !== "ready") {
      this.#whenReady ??= new Promise((resolve) => {
        client.once("ready", () => {
          this.#whenReady = undefined;
          resolve();
        });
      });
      await this.#whenReady;
    }
    if (this.#queue === undefined) {
      const opening = openBullQueue(client);
      this.#queue = opening;
      // It is made anew where its first words were lost: it would never recover.
      opening.catch(() => {
        if (this.#queue === opening) this.#queue = undefined;
      });
    }
    return this.#queue;
  }
}

async function openBullQueue(client: Redis): Promise<Queue> {
  const queue = new Queue(QUEUE_NAME, { prefix: QUEUE_PREFIX, connection: client });
  queue.on("error", () => {});
  await queue.waitUntilReady();
  return queue;
}

/** How a build ended; `undefined`: it has not yet, and how far it is was told. */
async function look(
  queue: Queue,
  id: string,
  onProgress: OnProgress | undefined,
): Promise<JobEnd | undefined> {
  const job = await Job.fromId(queue, id);
  if (job === undefined) return UNKNOWN_BUILD;
  if (job.finishedOn !== undefined) {
    const state = await job.getState();
    if (state === "completed") return { kind: "done", report: asBuildReport(job.returnvalue) };
    if (state === "failed") return { kind: "failed", reason: job.failedReason ?? "unknown" };
  }
  const stored = asStoredBuild(job.data);
  const isHeldBack = stored !== undefined && stored.rounds > 0 && job.attemptsMade === 0 && job.delay > 0;
  if (isHeldBack) return { kind: "failed", reason: stored.reason ?? "unknown" };
  if (typeof job.progress === "number" && job.progress > 0) onProgress?.(job.progress);
  return undefined;
}

/** Lets a build that waits for its time wait no longer. */
async function promote(queue: Queue, id: string): Promise<void> {
  const job = await Job.fromId(queue, id);
  try {
    await job?.promote();
  } catch (error) {
    // It began meanwhile.
    if (job !== undefined && (await job.getState()) === "delayed") throw error;
  }
}
