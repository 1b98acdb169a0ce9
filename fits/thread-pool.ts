import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { packageRoot } from "../config/package-root.js";
import { DasError, type ErrorCode } from "../errors/das-error.js";
import type { ThreadReply, ThreadRequest } from "./thread-work.js";

/** Threads of one file that do jobs, each one after the other; see `serveJobs`. Jobs and results are plain values. */
export interface ThreadPool<Job, Result> {
  /**
   * Has a job done by the thread with the least work.
   *
   * @param moved buffers of the job that go over to the thread, and are of no further use here
   * Errors: those of the job; CANCELLED where the pool was closed; INTERNAL where the thread broke down.
   */
  ask(job: Job, moved?: readonly ArrayBuffer[]): Promise<Result>;
  /** Ends the threads; work under way fails with CANCELLED. */
  close(): Promise<void>;
}

/**
 * Room for new objects in a thread, MB. Arrays that are not used any more are given back when as much again was made of them: with the
 * usual 48 MB a thread that decodes images has 50 MB more, and is no faster.
 */
const YOUNG_MB = 3;

interface Waiting<Result> {
  resolve(result: Result): void;
  reject(error: unknown): void;
}

interface Thread<Result> {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting<Result>>;
}

/**
 * The built file of a thread: beside the module that asks, or in its folder of `dist` for a bundle and for sources under test.
 * `undefined` where it is not there.
 *
 * @param besides folder of the module
 * @param folder its path in the package, `fits`
 */
export function threadFile(besides: string, folder: string, name: string): string | undefined {
  return [besides, join(packageRoot(), "dist", folder)]
    .map((place) => join(place, name))
    .find((file) => existsSync(file));
}

/**
 * A pool of so many threads at most; they start with the jobs and do not keep the process alive when idle. A thread that breaks down is
 * replaced with the next job.
 */
export function threadPool<Job, Result>(threads: number, file: string): ThreadPool<Job, Result> {
  const pool: Thread<Result>[] = [];
  let number = 0;
  let closed = false;

  const start = (): Thread<Result> => {
    const worker = new Worker(file, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    const thread: Thread<Result> = { worker, waiting: new Map() };
    const { waiting } = thread;
    const lost = (error: unknown): void => {
      const at = pool.indexOf(thread);
      if (at >= 0) pool.splice(at, 1);
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    worker.unref();
    worker.on("message", (reply: ThreadReply<Result>) => {
      const caller = waiting.get(reply.number);
      waiting.delete(reply.number);
      if (waiting.size === 0) worker.unref();
      if ("result" in reply) caller?.resolve(reply.result);
      else caller?.reject(failureOf(reply.failure));
    });
    worker.on("error", (error) => lost(new DasError("INTERNAL", "a thread failed", {}, error)));
    worker.on("exit", () => lost(new DasError("CANCELLED", "the threads were ended")));
    pool.push(thread);
    return thread;
  };

  /** The thread with the least work, a new one while there may be more. */
  const choose = (): Thread<Result> => {
    const idle = pool.find(({ waiting }) => waiting.size === 0);
    if (idle !== undefined) return idle;
    if (pool.length < threads) return start();
    return pool.reduce((best, one) => (one.waiting.size < best.waiting.size ? one : best));
  };

  return {
    ask: (job, moved = []) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new DasError("CANCELLED", "the threads were ended"));
          return;
        }
        const thread = choose();
        const request: ThreadRequest<Job> = { number: ++number, job };
        thread.waiting.set(number, { resolve, reject });
        thread.worker.ref();
        thread.worker.postMessage(request, [...moved]);
      }),

    async close() {
      closed = true;
      await Promise.all(pool.map(({ worker }) => worker.terminate()));
    },
  };
}

/** The class of an error does not survive the way; its code is one of the table, for the same program made it. */
function failureOf({ code, message }: { readonly code: string; readonly message: string }): DasError {
  return new DasError(code as ErrorCode, message);
}
