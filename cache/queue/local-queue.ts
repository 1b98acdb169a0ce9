import PQueue from "p-queue";
import { asDasError, DasError } from "../../errors/das-error.js";
import { within } from "../../pipeline/within.js";
import { jobId, UNKNOWN_BUILD, URGENCIES } from "./build-job.js";
import type {
  BuildJob,
  BuildQueue,
  BuildWorker,
  DoBuild,
  JobEnd,
  OnProgress,
  QueueStatus,
  Urgency,
  WorkOptions,
} from "./build-queue.js";
import { FairOrder, urgencyClass } from "./fair-order.js";
import { LocalBuild } from "./local-build.js";
import { EndMemory } from "./local-ends.js";
import {
  ATTEMPTS,
  attemptDelay,
  isWorthRetry,
  RETRY_DELAYS,
  type RetryDelays,
  roundDelay,
} from "./retry-delays.js";

/** Builds that may be wanted soon and wait; further ones are not taken. */
const MAX_PREFETCH = 10_000;
/** More than any tag can be. */
const CLASS_WIDTH = 2 ** 44;
/** Most jobs that are shown one by one. */
const SHOWN = 200;
const GRACE_MS = 10_000;
const STOP_MS = 5000;

/** What a local queue depends on. */
export interface LocalQueueOptions extends Partial<RetryDelays> {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** The queue of builds of this process, for sites without Redis: the same rules as in Redis, but nothing outlives the process. */
export class LocalQueue implements BuildQueue {
  readonly #waiting = new PQueue({ concurrency: 1, autoStart: false });
  readonly #builds = new Map<string, LocalBuild>();
  readonly #ends: EndMemory;
  readonly #order = new FairOrder();
  readonly #delays: RetryDelays;
  readonly #now: () => number;
  readonly #random: () => number;
  #work: { readonly doBuild: DoBuild; readonly options: WorkOptions } | undefined;

  constructor(options: LocalQueueOptions = {}) {
    this.#delays = { ...RETRY_DELAYS, ...options };
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#ends = new EndMemory(this.#now);
  }

  async add(jobs: readonly BuildJob[]): Promise<void> {
    // Nothing begins meanwhile, so the next ones stay the same.
    const nextTags = new Map(URGENCIES.map((urgency) => [urgency, this.#nextTag(urgency)]));
    for (const [urgency, next] of nextTags) if (next === undefined) this.#order.reset(urgency);
    const place = ({ urgency, sourceId }: BuildJob): number =>
      this.#order.place(urgency, sourceId, nextTags.get(urgency));
    let prefetches = this.#count(({ state, job }) => state === "waiting" && job.urgency === "prefetch");
    for (const job of jobs) {
      const build = this.#builds.get(jobId(job));
      if (build !== undefined) this.#hurry(build, job, place);
      else if (job.urgency !== "prefetch" || prefetches++ < MAX_PREFETCH) this.#addNew(job, place(job));
    }
  }

  async ended(job: BuildJob, onProgress?: OnProgress, signal?: AbortSignal): Promise<JobEnd> {
    const build = this.#builds.get(jobId(job));
    if (build === undefined) return this.#ends.get(jobId(job))?.end ?? UNKNOWN_BUILD;
    if (build.isHeldBack) return { kind: "failed", reason: build.reason ?? "unknown" };
    return build.wait(onProgress, signal);
  }

  async status(): Promise<QueueStatus> {
    const builds = [...this.#builds.values()];
    const inState = (wanted: LocalBuild["state"]): LocalBuild[] =>
      builds.filter(({ state }) => state === wanted);
    const [running, waiting, delayed] = [inState("running"), inState("waiting"), inState("delayed")];
    waiting.sort((a, b) => priority(b) - priority(a));
    const failed = this.#ends.failures();
    const shown = [...running, ...waiting, ...delayed].slice(0, SHOWN);
    return {
      waiting: waiting.length,
      running: running.length,
      delayed: delayed.length,
      failed: failed.length,
      workers: this.#work === undefined ? 0 : 1,
      builtLastMinute: this.#ends.doneSince(this.#now() - 60_000),
      jobs: [
        ...shown.map(({ job, state, progress, reason }) => ({
          ...{ job, state, progress },
          ...(reason === undefined ? {} : { reason }),
        })),
        ...failed.slice(-SHOWN).map(({ job, reason }) => ({ job, state: "failed", progress: 0, reason })),
      ],
    };
  }

  async work(doBuild: DoBuild, options: WorkOptions): Promise<BuildWorker> {
    if (this.#work !== undefined)
      throw new DasError("INTERNAL", "a queue of one process has one worker; it works already");
    this.#work = { doBuild, options };
    this.#waiting.concurrency = options.concurrency;
    this.#waiting.start();
    return { close: (graceMs = GRACE_MS) => this.#stopWork(graceMs) };
  }

  async close(): Promise<void> {
    this.#waiting.pause();
    this.#waiting.clear();
    for (const build of this.#builds.values()) {
      build.stop();
      build.end({ kind: "failed", reason: "the queue was closed" });
    }
    this.#builds.clear();
  }

  #addNew(job: BuildJob, tag: number): void {
    const before = this.#ends.take(jobId(job));
    const failed = before?.end.kind === "failed" ? before.end : undefined;
    const rounds = failed === undefined ? 0 : (before?.rounds ?? 0) + 1;
    const build = new LocalBuild(job, tag, rounds, failed?.reason);
    this.#builds.set(build.id, build);
    const due = before === undefined ? 0 : before.at + roundDelay(this.#delays, Math.max(rounds, 1));
    if (failed !== undefined && job.urgency !== "operator" && due > this.#now())
      this.#later(build, due - this.#now());
    else this.#enqueue(build);
  }

  /** What another wish for a build changes. */
  #hurry(build: LocalBuild, job: BuildJob, place: (job: BuildJob) => number): void {
    if (build.state === "running") return;
    if (urgencyClass(job.urgency) < urgencyClass(build.job.urgency)) {
      build.raise(job.urgency, place(job));
      if (build.state === "waiting") this.#waiting.setPriority(build.id, priority(build));
    }
    if (build.state === "delayed" && job.urgency === "operator") this.#enqueue(build);
  }

  #later(build: LocalBuild, ms: number): void {
    build.delay(setTimeout(() => this.#enqueue(build), ms));
  }

  #enqueue(build: LocalBuild): void {
    build.enqueued();
    void this.#waiting.add(() => this.#run(build), { id: build.id, priority: priority(build) });
  }

  async #run(build: LocalBuild): Promise<void> {
    const work = this.#work;
    if (work === undefined || this.#builds.get(build.id) !== build) return;
    const signal = build.begin();
    const begin = this.#now();
    const tell = (end: JobEnd, again: boolean): void =>
      work.options.onTry?.({
        ...{ job: build.job, number: build.attempt, end, again },
        ms: this.#now() - begin,
      });
    try {
      const report = await work.doBuild(build.job, (fraction) => build.tell(fraction), signal);
      tell({ kind: "done", report }, false);
      this.#finish(build, { kind: "done", report });
    } catch (error) {
      if (this.#builds.get(build.id) !== build) return;
      if (signal.aborted) {
        build.putBack();
        this.#enqueue(build);
        return;
      }
      const failure = asDasError(error, "the build");
      const end: JobEnd = { kind: "failed", reason: failure.message };
      const again = isWorthRetry(error) && build.attempt < ATTEMPTS;
      tell(end, again);
      if (failure.code === "INTERNAL")
        work.options.log?.(`the build failed: ${String(failure.where.detail)}`);
      if (!again) this.#finish(build, end);
      else {
        build.failed(failure.message);
        this.#later(build, attemptDelay(this.#delays, build.attempt, this.#random()));
      }
    }
  }

  #finish(build: LocalBuild, end: JobEnd): void {
    if (this.#builds.get(build.id) !== build) return;
    this.#builds.delete(build.id);
    this.#ends.remember(build.job, end, build.rounds);
    build.end(end);
  }

  async #stopWork(graceMs: number): Promise<void> {
    this.#waiting.pause();
    await within(this.#waiting.onPendingZero(), graceMs);
    for (const build of this.#builds.values()) build.abort();
    await within(this.#waiting.onPendingZero(), STOP_MS);
    this.#work = undefined;
  }

  #nextTag(urgency: Urgency): number | undefined {
    let next: number | undefined;
    for (const { state, job, tag } of this.#builds.values())
      if (state === "waiting" && job.urgency === urgency) next = Math.min(next ?? tag, tag);
    return next;
  }

  #count(isCounted: (build: LocalBuild) => boolean): number {
    let count = 0;
    for (const build of this.#builds.values()) if (isCounted(build)) count++;
    return count;
  }
}

/** The greater, the earlier. */
function priority({ job, tag }: LocalBuild): number {
  return -(urgencyClass(job.urgency) * CLASS_WIDTH + tag);
}
