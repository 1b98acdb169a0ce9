import { type ErrorCode, isDasError } from "../../errors/das-error.js";

/** How often a build is tried before it counts as failed. */
export const ATTEMPTS = 5;

/** When builds that failed are tried again; all in milliseconds. */
export interface RetryDelays {
  /** After the first try; doubled after each further one, less up to {@link JITTER} of it by chance. */
  readonly retryMs: number;
  /** After all tries failed, before somebody's asking for it leads to another round; doubled with each further round. */
  readonly roundMs: number;
  /** Longest wait between rounds. */
  readonly maxRoundMs: number;
}

/** 2, 4, 8 and 16 s between tries; 1 minute to 6 hours between rounds. */
export const RETRY_DELAYS: RetryDelays = { retryMs: 2000, roundMs: 60_000, maxRoundMs: 6 * 3_600_000 };

/** Part of a delay between tries that is left to chance, so that builds that failed together are not tried together. */
export const JITTER = 0.4;

/**
 * Wait before the next try.
 * @param attempt that failed, from 1
 * @param random from 0 to 1
 */
export function attemptDelay({ retryMs }: RetryDelays, attempt: number, random: number): number {
  const longest = retryMs * 2 ** (attempt - 1);
  return Math.round(longest * (1 - JITTER * random));
}

/**
 * Wait after a round of tries that all failed.
 * @param rounds that failed in turn, from 1
 */
export function roundDelay({ roundMs, maxRoundMs }: RetryDelays, rounds: number): number {
  return Math.min(maxRoundMs, roundMs * 2 ** Math.min(rounds - 1, 30));
}

/** Failures whose cause only a person can change. */
const HOPELESS = new Set<ErrorCode>([
  "NO_SUCH_SOURCE",
  "NO_SUCH_PROGRAM",
  "BAD_DEFINITION",
  "BAD_CONFIG",
  "BAD_PARAMETER",
  "USAGE",
  "UNSUPPORTED_OPTION",
]);

/** Whether trying again by itself may help. */
export function isWorthRetry(error: unknown): boolean {
  return !(isDasError(error) && HOPELESS.has(error.code));
}
