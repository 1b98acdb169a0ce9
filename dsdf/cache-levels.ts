import type { CacheLevel } from "./data-source.js";
import { durationSeconds } from "./durations.js";
import type { KeywordSet } from "./keyword-set.js";

const PERIODS = ["persecond", "perminute", "hourly", "daily", "monthly", "yearly"] as const;

/** What {@link cacheLevel} reads, for messages. */
export const CACHE_LEVEL_SYNTAX = `RES | PERIOD or RES | PERIOD | PARAMS, RES "intrinsic" or a positive number of s, ms, min, hr or day, PERIOD ${PERIODS.join(", ")}`;

/**
 * The levels that a definition declares, by number: its `cacheLevel_NN`, else what `cacheLevels` says.
 * Errors: BAD_DEFINITION. Source: das2-server 15.1.
 */
export function declaredLevels(keywords: KeywordSet): readonly CacheLevel[] | "auto" {
  const levels: CacheLevel[] = [];
  for (const { keyword, number } of keywords.numbered("cacheLevel")) {
    const level = keywords.need(keyword, CACHE_LEVEL_SYNTAX, (value) => cacheLevel(number, value));
    if (level !== undefined) levels.push(level);
  }
  const auto = keywords.need("cacheLevels", "auto", (value) => (value === "auto" ? value : undefined));
  return auto === undefined || levels.length > 0 ? levels : auto;
}

/** Reads a `cacheLevel_NN`; `undefined` for an illegal one. Source: das2-server 15.1. */
export function cacheLevel(number: number, text: string): CacheLevel | undefined {
  const [resolution = "", periodText, params = "", ...more] = text.split("|").map((field) => field.trim());
  const period = PERIODS.find((name) => name === periodText);
  const seconds = resolution === "intrinsic" ? 0 : durationSeconds(resolution);
  if (period === undefined || seconds === undefined || more.length > 0) return undefined;
  // A width of nothing is no other way to write "intrinsic".
  if (seconds === 0 && resolution !== "intrinsic") return undefined;
  return { number, seconds, folder: resolutionFolder(resolution), period, params };
}

/**
 * The name of the folder of a resolution: `intrinsic`, else its number and `s` or `ms` as written, longer units as seconds. A
 * fraction keeps its digits behind a `p` (older servers cut it off, so that 0.5 s and 0.9 s met). Source: das2-server 15.2.
 */
export function resolutionFolder(resolution: string): string {
  const seconds = durationSeconds(resolution);
  if (seconds === undefined) return resolution;
  const inMs = /\sm(?:s|illi)/.test(resolution);
  return `bin-${String(inMs ? Number(resolution.split(/\s/)[0]) : seconds).replace(".", "p")}${inMs ? "ms" : "s"}`;
}
