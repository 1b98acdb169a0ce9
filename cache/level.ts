import type { CacheLevel, Freshness } from "../dsdf/data-source.js";
import type { Time } from "../stream/time.js";

/** How long the blocks of a level are. */
export type BlockPeriod = CacheLevel["period"];

/**
 * One level of one source for one set of reader parameters: everything that its blocks have in common. A plain value, made anew
 * from the definition for each request and each build, so an edited definition takes effect at once.
 */
export interface Level {
  readonly sourceId: string;
  /** The words for the reader, sorted by code point: a block of other words is another block (das2-server 14). */
  readonly params: readonly string[];
  /** The words as the name of a folder; das2-server 14. */
  readonly paramsName: string;
  /** NN of the keyword, or the place in the pyramid of `cacheLevels = auto`, finest first. */
  readonly number: number;
  /** Bin width in seconds; 0 is intrinsic. */
  readonly seconds: number;
  readonly period: BlockPeriod;
  /** `intrinsic`, `bin-60s`, `bin-0p5s`; das2-server 15.2. */
  readonly resolutionName: string;
  /** Absolute path of `CACHE_ROOT/data/ID/PARAMS/RESOLUTION`. */
  readonly folder: string;
  /** 16 hex digits of what decides on the values: reader, reducer and the level itself. Blocks of another are stale. */
  readonly definition: string;
  /** The keyword `dataVersion`; blocks of another are stale. */
  readonly dataVersion?: string;
  /**
   * Where the source has data at all, as far as its definition names instants: blocks at the ends that were built for others are stale.
   * An end that is `now` is for {@link freshness} to see to.
   */
  readonly valid?: { readonly begin: Time; readonly end?: Time };
  readonly freshness: Pick<Freshness, "liveDelaySeconds" | "openTtlSeconds">;
}

/** Name of a level in messages and on pages: `bin-60s daily`. */
export function levelName(level: Pick<Level, "resolutionName" | "period">): string {
  return `${level.resolutionName} ${level.period}`;
}
