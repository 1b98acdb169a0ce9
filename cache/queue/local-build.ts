import { DasError } from "../../errors/das-error.js";
import { jobId } from "./build-job.js";
import type { BuildJob, JobEnd, OnProgress, Urgency } from "./build-queue.js";

/** One build in the queue of a process, from when it is asked for until it has ended. */
export class LocalBuild {
  readonly id: string;
  /** Rounds of tries that failed before, in turn. */
  readonly rounds: number;
  #job: BuildJob;
  #tag: number;
  #state: "waiting" | "running" | "delayed" = "waiting";
  #attempt = 0;
  #progress = 0;
  #reason: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #controller: AbortController | undefined;
  readonly #waiters = new Set<{ readonly onProgress: OnProgress | undefined; end(end: JobEnd): void }>();

  constructor(job: BuildJob, tag: number, rounds: number, reason: string | undefined) {
    this.id = jobId(job);
    this.rounds = rounds;
    this.#job = job;
    this.#tag = tag;
    this.#reason = reason;
  }

  get job(): BuildJob {
    return this.#job;
  }
  /** Its place in the order among those of the same urgency. */
  get tag(): number {
    return this.#tag;
  }
  get state(): "waiting" | "running" | "delayed" {
    return this.#state;
  }
  /** Which try runs, or was the last; from 1. */
  get attempt(): number {
    return this.#attempt;
  }
  get progress(): number {
    return this.#progress;
  }
  /** Why the last try failed. */
  get reason(): string | undefined {
    return this.#reason;
  }
  /** It waits because it failed before: whoever waits for it may be told at once. */
  get isHeldBack(): boolean {
    return this.#state === "delayed" && this.#attempt === 0 && this.rounds > 0;
  }

  raise(urgency: Urgency, tag: number): void {
    this.#job = { ...this.#job, urgency };
    this.#tag = tag;
  }

  /** It waits for its time. */
  delay(timer: NodeJS.Timeout): void {
    this.#state = "delayed";
    this.#timer = timer;
  }

  enqueued(): void {
    clearTimeout(this.#timer);
    this.#state = "waiting";
  }

  begin(): AbortSignal {
    this.#state = "running";
    this.#attempt++;
    this.#progress = 0;
    this.#controller = new AbortController();
    return this.#controller.signal;
  }

  tell(fraction: number): void {
    this.#progress = fraction;
    for (const { onProgress } of this.#waiters) onProgress?.(fraction);
  }

  failed(reason: string): void {
    this.#reason = reason;
  }

  /** It was stopped, which does not count as a try. */
  putBack(): void {
    this.#attempt--;
  }

  abort(): void {
    this.#controller?.abort();
  }

  /** Lets go of what runs or would run. */
  stop(): void {
    clearTimeout(this.#timer);
    this.abort();
  }

  end(end: JobEnd): void {
    for (const waiter of [...this.#waiters]) waiter.end(end);
  }

  /** Errors: CANCELLED when `signal` is aborted. */
  wait(onProgress: OnProgress | undefined, signal: AbortSignal | undefined): Promise<JobEnd> {
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener("abort", onAbort);
      };
      const waiter = {
        onProgress,
        end: (end: JobEnd): void => {
          forget();
          resolve(end);
        },
      };
      const onAbort = (): void => {
        forget();
        reject(new DasError("CANCELLED", "the wait for a build was given up"));
      };
      this.#waiters.add(waiter);
      if (this.#progress > 0) onProgress?.(this.#progress);
      signal?.addEventListener("abort", onAbort);
      if (signal?.aborted === true) onAbort();
    });
  }
}
