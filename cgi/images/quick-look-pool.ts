import { availableParallelism } from "node:os";
import { type ThreadPool, threadFile, threadPool } from "../../fits/thread-pool.js";
import { type QuickLook, type QuickLookJob, runQuickLookJob } from "./quick-look-job.js";

/** Each holds a picture and the band of an image, some 60 MB at most. */
const MOST_THREADS = 2;

let pool: ThreadPool<QuickLookJob, QuickLook> | undefined;

/**
 * Makes a picture in a thread, so that other requests go on; where the built file of the thread is not there, in this one. Threads are
 * shared by the process, start with the first picture and do not keep it alive. Errors: those of `runQuickLookJob`.
 */
export function makeQuickLook(job: QuickLookJob): Promise<QuickLook> {
  const file = threadFile(import.meta.dirname, "cgi/images", "quick-look-worker.js");
  if (file === undefined) return runQuickLookJob(job);
  pool ??= threadPool(Math.min(availableParallelism(), MOST_THREADS), file);
  return pool.ask(job);
}
