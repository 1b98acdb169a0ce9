import type { Redis } from "ioredis";
import { jobId, URGENCIES } from "./build-job.js";
import type { BuildJob, Urgency } from "./build-queue.js";
import { urgencyClass } from "./fair-order.js";
import { CLASS_WIDTH, PLACE_SCRIPT } from "./place-script.js";
import { clockKey, queueKey } from "./queue-keys.js";

/** Builds that may be wanted soon and wait; further ones are not taken: who needs one asks again. */
const MAX_PREFETCH = 100_000;

const CLOCKS = [0, 1, 2].map(clockKey);

/** What is to be done with a build that is asked for. */
export type Placing =
  /** To be added with that priority. */
  | { readonly verb: "add"; readonly priority: number }
  /** The same; it failed before, and what is left of that is gone from the queue. `failedAt` in milliseconds since 1970. */
  | {
      readonly verb: "again";
      readonly priority: number;
      readonly failedAt: number;
      readonly data: string;
      readonly reason: string;
    }
  /** It waits for its time: for another try, or because it failed before. */
  | { readonly verb: "delayed" }
  /** Nothing: it waits or runs. */
  | { readonly verb: "skip" };

/**
 * The place of each build in the order of builds, one round trip for all.
 * Errors: those of the client.
 */
export async function placeJobs(redis: Redis, jobs: readonly BuildJob[]): Promise<Placing[]> {
  const keys = [
    ...CLOCKS,
    queueKey("prioritized"),
    queueKey("delayed"),
    queueKey("completed"),
    queueKey("failed"),
    queueKey("pc"),
    queueKey(""),
  ];
  const words = jobs.flatMap((job) => [jobId(job), String(urgencyClass(job.urgency)), job.sourceId]);
  const answer: unknown = await redis.eval(PLACE_SCRIPT, keys.length, ...keys, MAX_PREFETCH, ...words);
  const rows = Array.isArray(answer) ? answer : [];
  return jobs.map((_, index) => readPlacing(rows[index]));
}

/** The urgency that a priority stands for. */
export function urgencyOf(priority: number): Urgency {
  return URGENCIES[Math.floor((priority - 1) / CLASS_WIDTH)] ?? "person";
}

function readPlacing(row: unknown): Placing {
  const [verb, first, failedAt, data, reason]: readonly unknown[] = Array.isArray(row) ? row : [];
  switch (verb) {
    case "add":
      return { verb, priority: Number(first) };
    case "again":
      return {
        verb,
        priority: Number(first),
        failedAt: Number(failedAt),
        data: String(data),
        reason: String(reason),
      };
    case "delayed":
      return { verb };
    default:
      return { verb: "skip" };
  }
}
