import { createHash } from "node:crypto";
import { idElements } from "../../dsdf/source-id.js";
import type { BlockPeriod } from "../level.js";
import type { BuildJob, JobEnd, Urgency } from "./build-queue.js";

/** Longest text of a job, bytes: 128 words of 60 characters and an id fit many times. */
export const MAX_JOB_BYTES = 65_536;
/** As many as a request may have; das2-server 13.3. */
const MAX_PARAM_WORDS = 128;
/** Blocks of a second reach this number in the year 69,000. */
const MAX_NUMBER = 2 ** 41;

const PERIODS: ReadonlySet<unknown> = new Set<BlockPeriod>([
  "persecond",
  "perminute",
  "hourly",
  "daily",
  "monthly",
  "yearly",
]);

/** From the most urgent on; the place is the class in the order of builds. */
export const URGENCIES = ["person", "operator", "prefetch"] as const satisfies readonly Urgency[];

/** What is told of a build that a queue does not know. */
export const UNKNOWN_BUILD: JobEnd = {
  kind: "failed",
  reason: "the queue knows no such build",
  isUnknown: true,
};

/**
 * The name of a build, the same whoever asks for it and how urgently. A build that is forced has a name of its own: one that
 * runs already and leaves alone what is there is no substitute for it.
 */
export function jobId({ sourceId, params, period, number, force }: BuildJob): string {
  const key = JSON.stringify([sourceId, params, period, number, force === true]);
  // The queue takes an id of digits alone for one of its own.
  return `b${createHash("sha256").update(key).digest("hex").slice(0, 32)}`;
}

/** The text of a job with its fields in a fixed order: equal jobs have equal texts. */
export function formatBuildJob({ sourceId, params, period, number, urgency, force }: BuildJob): string {
  return JSON.stringify({ sourceId, params, period, number, urgency, ...(force === true ? { force } : {}) });
}

/** Reads a job that comes from outside (Redis, a file); `undefined` for what is none. */
export function parseBuildJob(text: string): BuildJob | undefined {
  if (text.length > MAX_JOB_BYTES) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return asBuildJob(value);
}

/** A value from outside as a job; `undefined` for what is none. */
export function asBuildJob(value: unknown): BuildJob | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { sourceId, params, period, number, urgency, force } = value as Readonly<Record<string, unknown>>;
  if (typeof sourceId !== "string" || idElements(sourceId) === undefined) return undefined;
  if (!isWords(params) || !isPeriod(period) || !isUrgency(urgency)) return undefined;
  if (typeof number !== "number" || !Number.isInteger(number) || Math.abs(number) > MAX_NUMBER)
    return undefined;
  return { sourceId, params, period, number, urgency, ...(force === true ? { force } : {}) };
}

function isWords(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_PARAM_WORDS &&
    value.every((word) => typeof word === "string" && word !== "")
  );
}

function isPeriod(value: unknown): value is BlockPeriod {
  return PERIODS.has(value);
}

function isUrgency(value: unknown): value is Urgency {
  return URGENCIES.some((urgency) => urgency === value);
}
