import type { BlockPeriod } from "../level.js";

/**
 * Blocks that are read in the first run of an answer at most: some hours to months of data, so that what is done is kept now and then,
 * and others that wait for one of the blocks do not wait for all.
 */
const FIRST: Readonly<Record<BlockPeriod, number>> = {
  persecond: 3600,
  perminute: 1440,
  hourly: 168,
  daily: 31,
  monthly: 12,
  yearly: 4,
};

/** A run that took less may be followed by one of twice the blocks: there the start of the reader counts. */
const SHORT_MS = 10_000;
/** Never more: each is claimed, and the claims are renewed while they are read. */
const MOST = 4096;

/** How many blocks are read at once at most where nothing is known yet. */
export function firstMost(period: BlockPeriod): number {
  return FIRST[period];
}

/**
 * How many blocks are read at once at most, after a run.
 * @param most it was for the run
 * @param ms how long that took
 */
export function nextMost(most: number, ms: number): number {
  return ms < SHORT_MS ? Math.max(most, Math.min(2 * most, MOST)) : most;
}
