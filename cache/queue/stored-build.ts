import { asBuildJob } from "./build-job.js";
import type { BuildJob, BuildReport } from "./build-queue.js";

/** What the queue keeps of a build as its data. */
export interface StoredBuild {
  readonly job: BuildJob;
  /** Rounds of tries that failed before, in turn. */
  readonly rounds: number;
  /** Why the last of them did. */
  readonly reason?: string;
}

/** Most rounds that are counted; the delay has long reached its limit. */
const MAX_ROUNDS = 64;

/** Data of a job as they come from Redis; `undefined` where they are no build. */
export function asStoredBuild(value: unknown): StoredBuild | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { job: given, rounds, reason } = value as Readonly<Record<string, unknown>>;
  const job = asBuildJob(given);
  if (job === undefined) return undefined;
  return {
    job,
    rounds: typeof rounds === "number" && rounds > 0 ? Math.min(Math.floor(rounds), MAX_ROUNDS) : 0,
    ...(typeof reason === "string" ? { reason } : {}),
  };
}

/** Data of a build that failed, and is asked for again. */
export function afterFailure(job: BuildJob, data: string, reason: string): StoredBuild {
  let before: StoredBuild | undefined;
  try {
    before = asStoredBuild(JSON.parse(data));
  } catch {
    // Not ours: it counts as the first failure.
  }
  return { job, rounds: Math.min((before?.rounds ?? 0) + 1, MAX_ROUNDS), reason };
}

/** The report of a build as it comes from Redis; what is missing counts as nothing done. */
export function asBuildReport(value: unknown): BuildReport {
  const given =
    typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const number = (field: string): number => (typeof given[field] === "number" ? given[field] : 0);
  const built = typeof given.built === "object" && given.built !== null ? Object.entries(given.built) : [];
  return {
    built: Object.fromEntries(
      built.filter((entry): entry is [string, number] => typeof entry[1] === "number"),
    ),
    skipped: number("skipped"),
    bytes: number("bytes"),
    readerRuns: number("readerRuns"),
    ms: number("ms"),
  };
}
