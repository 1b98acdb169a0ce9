import { type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { asDasError } from "../../errors/das-error.js";
import { within } from "../../pipeline/within.js";
import type { BuildReport, BuildWorker, DoBuild, WorkOptions } from "./build-queue.js";
import { QUEUE_NAME, QUEUE_PREFIX } from "./queue-keys.js";
import { patientClient, type QueueRedis } from "./redis-client.js";
import { isWorthRetry } from "./retry-delays.js";
import { asStoredBuild } from "./stored-build.js";

/** Times of a worker, milliseconds. */
export interface WorkTimes {
  /** After which a build whose worker has vanished may be given to another; renewed at half of it. */
  readonly lockMs: number;
  /** How often it is looked for such builds. */
  readonly stalledMs: number;
}

const WORK_TIMES: WorkTimes = { lockMs: 30_000, stalledMs: 15_000 };
/** How often a build may take its worker with it before it counts as failed. */
const MAX_STALLED = 3;
/** Shortest pause between two reports of progress, ms. */
const PROGRESS_MS = 250;
/** What a worker waits before it asks a Redis again that failed, ms. */
const ASK_AGAIN_MS = 1000;
const GRACE_MS = 10_000;
/** For builds that were stopped to end, and for connections to be closed, ms. */
const STOP_MS = 5000;

/** A build that runs. */
interface Running {
  readonly controller: AbortController;
  readonly over: Promise<unknown>;
}

/** A worker on the queue in Redis. It waits for a Redis that is away. */
export class BullWorker implements BuildWorker {
  readonly #client: Redis;
  readonly #worker: Worker;
  readonly #doBuild: DoBuild;
  readonly #options: WorkOptions;
  readonly #running = new Set<Running>();
  #isClosing = false;
  #lastError = "";

  constructor(place: QueueRedis, doBuild: DoBuild, options: WorkOptions, times: Partial<WorkTimes> = {}) {
    const { lockMs, stalledMs } = { ...WORK_TIMES, ...times };
    this.#doBuild = doBuild;
    this.#options = options;
    this.#client = patientClient(place);
    this.#worker = new Worker(QUEUE_NAME, (job, token) => this.#take(job, token ?? ""), {
      prefix: QUEUE_PREFIX,
      connection: this.#client,
      concurrency: options.concurrency,
      lockDuration: lockMs,
      stalledInterval: stalledMs,
      maxStalledCount: MAX_STALLED,
      runRetryDelay: ASK_AGAIN_MS,
    });
    this.#worker.on("error", (error) => this.#say(error.message));
    this.#worker.on("ready", () => this.#say(""));
  }

  async close(graceMs = GRACE_MS): Promise<void> {
    this.#isClosing = true;
    await this.#worker.pause(true);
    await within(this.#allOver(), graceMs);
    for (const { controller } of this.#running) controller.abort();
    await within(this.#allOver(), STOP_MS);
    // What has not ended by now is given to another worker when its lock runs out.
    await within(
      this.#worker.close(this.#running.size > 0 || this.#client.status !== "ready").catch(() => {}),
      STOP_MS,
    );
    this.#client.disconnect();
  }

  async #allOver(): Promise<void> {
    await Promise.allSettled([...this.#running].map(({ over }) => over));
  }

  async #take(job: Job, token: string): Promise<BuildReport> {
    const stored = asStoredBuild(job.data);
    if (stored === undefined) throw new UnrecoverableError("the job is no build");
    if (this.#isClosing) await putBack(job, token);
    const controller = new AbortController();
    const begin = performance.now();
    const work = this.#doBuild(stored.job, this.#progress(job), controller.signal);
    const running = { controller, over: work.catch(() => {}) };
    this.#running.add(running);
    const number = job.attemptsMade + 1;
    const told = { job: stored.job, number };
    try {
      const report = await work;
      const ms = performance.now() - begin;
      this.#options.onTry?.({ ...told, ms, end: { kind: "done", report }, again: false });
      return report;
    } catch (error) {
      if (controller.signal.aborted) await putBack(job, token);
      const failure = asDasError(error, "the build");
      const again = isWorthRetry(error) && number < (job.opts.attempts ?? 1);
      const ms = performance.now() - begin;
      this.#options.onTry?.({ ...told, ms, end: { kind: "failed", reason: failure.message }, again });
      if (failure.code === "INTERNAL")
        this.#options.log?.(`the build failed: ${String(failure.where.detail)}`);
      throw again ? failure : new UnrecoverableError(failure.message);
    } finally {
      this.#running.delete(running);
    }
  }

  #progress(job: Job): (fraction: number) => void {
    let last = Number.NEGATIVE_INFINITY;
    return (fraction) => {
      const now = performance.now();
      if (now - last < PROGRESS_MS && fraction < 1) return;
      last = now;
      // It is for people; the build goes on without.
      job.updateProgress(fraction).catch(() => {});
    };
  }

  /** Tells each error once in turn: a Redis that is away gives the same one each second. */
  #say(message: string): void {
    if (message !== "" && message !== this.#lastError) this.#options.log?.(`queue of builds: ${message}`);
    this.#lastError = message;
  }
}

/** Puts a build back so that it counts as not tried. */
async function putBack(job: Job, token: string): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}
