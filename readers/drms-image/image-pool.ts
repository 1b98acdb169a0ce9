import { availableParallelism } from "node:os";
import { type ThreadPool, threadFile, threadPool } from "../../fits/thread-pool.js";
import { type ImageJob, runImageJob } from "./image-job.js";
import type { ImageNumbers } from "./reduce-image.js";

/** Who works on images. */
export interface ImageWorkers {
  /** Images worth having under way at once. */
  readonly parallel: number;
  /** Errors: those of `runImageJob`. */
  run(job: ImageJob): Promise<ImageNumbers>;
}

/** Each thread holds some 25 MB: so many keep a reader below 200 MB. */
const MOST_THREADS = 4;

/** Shared by all readers of this process, by its number of threads; threads that are idle do not keep the process alive. */
const pools = new Map<number, ThreadPool<ImageJob, ImageNumbers>>();

/**
 * Threads that read whole images: one a processor and four at most unless said; 0, or where the built file of the thread is not there: the
 * calling thread.
 */
export function imageWorkers(
  threads: number = Math.min(availableParallelism(), MOST_THREADS),
  file = threadFile(import.meta.dirname, "readers/drms-image", "image-worker.js"),
): ImageWorkers {
  if (threads < 1 || file === undefined) return { parallel: 1, run: runImageJob };
  let pool = pools.get(threads);
  if (pool === undefined) {
    pool = threadPool(threads, file);
    pools.set(threads, pool);
  }
  const { ask } = pool;
  // One more, so that no thread waits for the next file to be asked for.
  return { parallel: threads + 1, run: (job) => ask(job) };
}
