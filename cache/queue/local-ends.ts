import { jobId } from "./build-job.js";
import type { BuildJob, JobEnd } from "./build-queue.js";

/** Most ends that are remembered; the oldest make way. */
const MAX_ENDS = 10_000;

/** How a build ended. */
export interface RememberedEnd {
  readonly job: BuildJob;
  readonly end: JobEnd;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Rounds of tries that had failed before it. */
  readonly rounds: number;
}

/** How builds of this process ended, of each the last time. */
export class EndMemory {
  readonly #ends = new Map<string, RememberedEnd>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  remember(job: BuildJob, end: JobEnd, rounds: number): void {
    const id = jobId(job);
    this.#ends.delete(id);
    this.#ends.set(id, { job, end, at: this.#now(), rounds });
    const [oldest] = this.#ends.keys();
    if (this.#ends.size > MAX_ENDS && oldest !== undefined) this.#ends.delete(oldest);
  }

  get(id: string): RememberedEnd | undefined {
    return this.#ends.get(id);
  }

  /** Gives what is remembered of a build and forgets it. */
  take(id: string): RememberedEnd | undefined {
    const end = this.#ends.get(id);
    this.#ends.delete(id);
    return end;
  }

  /** Those that failed, oldest first. */
  failures(): { readonly job: BuildJob; readonly reason: string }[] {
    return [...this.#ends.values()].flatMap(({ job, end }) =>
      end.kind === "failed" ? [{ job, reason: end.reason }] : [],
    );
  }

  /** How many ended well since then, milliseconds since 1970. */
  doneSince(at: number): number {
    return [...this.#ends.values()].filter((one) => one.end.kind === "done" && one.at >= at).length;
  }
}
