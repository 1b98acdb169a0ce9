import type { BlockCounts } from "../cache/drawn-runs.js";
import type { CheckState } from "./finding.js";
import type { MinuteCount } from "./recent-requests.js";
import type { CheckResult } from "./run-check.js";

/** The blocks of all sources on levels of one width and period. */
export interface LevelCoverage {
  /** `bin-60s daily`. */
  readonly name: string;
  /** Bin width in seconds; 0 is intrinsic. */
  readonly seconds: number;
  /** Sources that have such a level. */
  readonly sources: number;
  readonly counts: BlockCounts;
}

/** What the cache has of all sources. */
export interface CoverageSummary {
  /** From the finest on. */
  readonly levels: readonly LevelCoverage[];
  /** Sources that were looked at, and how many there are that keep blocks. */
  readonly looked: number;
  readonly sources: number;
}

/** The state of a server, as a page and for monitoring: a plain value. */
export interface StatusView {
  /** When it was looked at, ISO-8601 UTC. */
  readonly time: string;
  readonly version: string;
  /** How long the process has run, seconds; missing for a CGI program. */
  readonly uptimeSeconds?: number;
  /** The worst of all checks. */
  readonly state: CheckState;
  readonly checks: readonly CheckResult[];
  /** Missing where nobody counts: each CGI program answers one. */
  readonly requests?: { readonly inFlight: number; readonly minutes: readonly MinuteCount[] };
  /** Missing where there is no cache. */
  readonly coverage?: CoverageSummary;
}
