import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { isDasError } from "../../errors/das-error.js";
import type { BuildJob, BuildQueue, JobEnd } from "../queue/build-queue.js";

/** Builds that are waited for at the same time; they end about in the order in which they were added. */
const AT_ONCE = 200;
/** How often the queue may not answer in turn before a build is given up, and the pause between, ms. */
const MOST_REFUSALS = 30;
const PAUSE_MS = 2000;

/** News of one of the builds. */
export interface BuildNews {
  onProgress(job: BuildJob, fraction: number): void;
  onEnd(job: BuildJob, end: JobEnd): void;
}

/**
 * Adds builds to a queue and waits for all of them, through the absence of the queue's Redis for a minute. A build that was lost with it is
 * added again once.
 * Errors: QUEUE_AWAY where they cannot be added; CANCELLED when `signal` is aborted: the builds stay in the queue.
 */
export async function waitForBuilds(
  queue: Pick<BuildQueue, "add" | "ended">,
  jobs: readonly BuildJob[],
  news: BuildNews,
  signal: AbortSignal,
  pauseMs = PAUSE_MS,
): Promise<void> {
  // Each that waits listens to it.
  setMaxListeners(2 * AT_ONCE, signal);
  await queue.add(jobs);
  const left = [...jobs].reverse();
  const waiters = Array.from({ length: Math.min(AT_ONCE, jobs.length) }, async () => {
    for (let job = left.pop(); job !== undefined; job = left.pop())
      news.onEnd(job, await endOf(queue, job, news, signal, pauseMs));
  });
  await Promise.all(waiters);
}

async function endOf(
  queue: Pick<BuildQueue, "add" | "ended">,
  job: BuildJob,
  news: BuildNews,
  signal: AbortSignal,
  pauseMs: number,
): Promise<JobEnd> {
  let wasLost = false;
  for (let refusals = 0; ; ) {
    try {
      const end = await queue.ended(job, (fraction) => news.onProgress(job, fraction), signal);
      if (end.kind === "done" || end.isUnknown !== true || wasLost) return end;
      wasLost = true;
      await queue.add([job]);
      refusals = 0;
    } catch (error) {
      if (!isDasError(error, "QUEUE_AWAY")) throw error;
      if (++refusals > MOST_REFUSALS) return { kind: "failed", reason: error.message };
      await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
  }
}
