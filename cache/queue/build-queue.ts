import type { BlockPeriod } from "../level.js";

/** How urgent a build is: somebody waits for it, an operator asked for it, or it may be wanted soon. */
export type Urgency = "person" | "operator" | "prefetch";

/**
 * One build: a span of a source, read once, from which all blocks of all levels that lie in it and are missing are made.
 * A plain value of JSON, so that any host can do it.
 */
export interface BuildJob {
  readonly sourceId: string;
  /** Sorted words for the reader. */
  readonly params: readonly string[];
  /** The span is one period: block `number` of that period. */
  readonly period: BlockPeriod;
  readonly number: number;
  readonly urgency: Urgency;
  /** Rebuild what is there as well. */
  readonly force?: boolean;
}

/** How a build went, as a queue remembers it. */
export interface BuildReport {
  /** Blocks that were built, by name of the level. */
  readonly built: Readonly<Record<string, number>>;
  /** Blocks that somebody else was building, or that were there already. */
  readonly skipped: number;
  readonly bytes: number;
  /** How often the reader was started. */
  readonly readerRuns: number;
  readonly ms: number;
}

/** Progress of a build: part of the span that has been read, 0 to 1. */
export type OnProgress = (fraction: number) => void;

/** Does a build. Errors are tried again with back-off; `signal` stops it. */
export type DoBuild = (job: BuildJob, onProgress: OnProgress, signal: AbortSignal) => Promise<BuildReport>;

/** What waits and what is done, for pages and operators. */
export interface QueueStatus {
  readonly waiting: number;
  readonly running: number;
  /** Waiting for another try. */
  readonly delayed: number;
  readonly failed: number;
  readonly workers: number;
  /** Builds that ended well in the last minute. */
  readonly builtLastMinute: number;
  readonly jobs: readonly {
    readonly job: BuildJob;
    readonly state: string;
    readonly progress: number;
    readonly reason?: string;
  }[];
}

/** How one job ended. */
export type JobEnd =
  | { readonly kind: "done"; readonly report: BuildReport }
  /** `isUnknown`: the queue knows no such build; nobody asked for it, or it was lost, or it ended long ago. */
  | { readonly kind: "failed"; readonly reason: string; readonly isUnknown?: true };

/** One try of a build that is over, for the log of a worker. */
export interface BuildTry {
  readonly job: BuildJob;
  /** Which try it was, from 1. */
  readonly number: number;
  readonly ms: number;
  readonly end: JobEnd;
  /** It failed and will be tried again. */
  readonly again: boolean;
}

/** How a worker works. */
export interface WorkOptions {
  /** Builds at the same time. */
  readonly concurrency: number;
  readonly onTry?: (one: BuildTry) => void;
  /** Takes lines on what goes wrong between worker and queue. */
  readonly log?: (line: string) => void;
}

/** Where builds wait for a worker; the same on Redis and in the process. */
export interface BuildQueue {
  /**
   * Adds builds; one that waits or runs already is not added again, but may become more urgent. A build whose last tries failed
   * waits the longer the more often it failed, unless an operator asks for it. Errors: QUEUE_AWAY.
   */
  add(jobs: readonly BuildJob[]): Promise<void>;
  /**
   * Resolves when that build has ended, also where somebody else had asked for it; at once with the reason where it failed before
   * and has to wait for its time. Errors: QUEUE_AWAY; CANCELLED when `signal` is aborted.
   */
  ended(job: BuildJob, onProgress?: OnProgress, signal?: AbortSignal): Promise<JobEnd>;
  /** Errors: QUEUE_AWAY. */
  status(): Promise<QueueStatus>;
  /** Takes builds from the queue and does them, in this process. Delivery is at least once. */
  work(doBuild: DoBuild, options: WorkOptions): Promise<BuildWorker>;
  /** Lets go of connections; builds that wait in this process are given up. */
  close(): Promise<void>;
}

/** Takes builds from a queue and does them. */
export interface BuildWorker {
  /** Takes no more, and lets running builds end for `graceMs`, then puts them back. */
  close(graceMs?: number): Promise<void>;
}
