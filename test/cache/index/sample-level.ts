import { createHash } from "node:crypto";
import type { BlockDetails } from "../../../cache/block-state.js";
import type { Level } from "../../../cache/level.js";

/** 2021-06-30T00:00:00Z, ms since 1970. */
export const JUNE_30 = Date.UTC(2021, 5, 30);
/** The day of it since 2000-01-01: 21 years of which 6 are leap years, and 180 days. */
export const JUNE_30_DAY = 21 * 365 + 6 + 180;

/** A level of days in one-minute bins; blocks are open for three days and then expire after an hour. */
export function sampleLevel(more: Partial<Level> = {}): Level {
  return {
    sourceId: "Demo/Pump4",
    params: [],
    paramsName: "_noparam",
    number: 0,
    seconds: 60,
    period: "daily",
    resolutionName: "bin-60s",
    folder: "/nowhere/data/Demo/Pump4/_noparam/bin-60s",
    definition: "0123456789abcdef",
    freshness: { liveDelaySeconds: 3 * 86_400, openTtlSeconds: 3600 },
    ...more,
  };
}

/** Details of a block that was built a year after June 30, and so was closed then. */
export function sampleDetails(number: number, more: Partial<BlockDetails> = {}): BlockDetails {
  return {
    number,
    state: "present",
    bytes: 1000 + Math.abs(number % 1000),
    sha256: createHash("sha256")
      .update(`${number} ${more.builtMs ?? 0}`)
      .digest("hex"),
    builtMs: JUNE_30 + 365 * 86_400_000,
    definition: "0123456789abcdef",
    ...more,
  };
}

/** A moment a year and a day after June 30. */
export const LATER = { now: JUNE_30 + 366 * 86_400_000 };
