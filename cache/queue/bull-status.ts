import type { Job, JobType, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { QueueStatus } from "./build-queue.js";
import { urgencyOf } from "./place-jobs.js";
import { queueKey } from "./queue-keys.js";
import { asStoredBuild } from "./stored-build.js";

/** Most jobs of each state that are shown one by one. */
const SHOWN = 50;
const MINUTE_MS = 60_000;

/** States in the order in which they are shown, with their names for people. */
const STATES: readonly (readonly [JobType, string])[] = [
  ["active", "running"],
  ["wait", "waiting"],
  ["prioritized", "waiting"],
  ["delayed", "delayed"],
  ["failed", "failed"],
];

/** What a queue in Redis holds. */
export async function bullStatus(queue: Queue, redis: Redis): Promise<QueueStatus> {
  const now = Date.now();
  const [counts, workers, builtLastMinute, ...lists] = await Promise.all([
    queue.getJobCounts("wait", "prioritized", "active", "delayed", "failed"),
    queue.getWorkersCount(),
    redis.zcount(queueKey("completed"), now - MINUTE_MS, "+inf"),
    ...STATES.map(([state]) => queue.getJobs([state], 0, SHOWN - 1, state !== "failed")),
  ]);
  const count = (state: string): number => counts[state] ?? 0;
  return {
    waiting: count("wait") + count("prioritized"),
    running: count("active"),
    delayed: count("delayed"),
    failed: count("failed"),
    workers,
    builtLastMinute,
    jobs: lists.flatMap((jobs, index) => jobs.flatMap((job) => shown(job, STATES[index]?.[1] ?? ""))),
  };
}

/** A job for people; none where it is gone already, or is no build. */
function shown(job: Job | undefined, state: string): QueueStatus["jobs"] {
  const stored = asStoredBuild(job?.data);
  if (job === undefined || stored === undefined) return [];
  const reason = job.failedReason ?? stored.reason;
  return [
    {
      // It may have become more urgent since it was added.
      job: { ...stored.job, urgency: urgencyOf(job.priority) },
      state,
      progress: typeof job.progress === "number" ? job.progress : 0,
      ...(reason === undefined ? {} : { reason }),
    },
  ];
}
