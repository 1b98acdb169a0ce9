import type { Time, TimeRange } from "../stream/time.js";

/** What a converter that ships here makes of a das2 stream. */
export type ConvertedForm = "csv" | "das3" | "das3doc" | "hapi" | "arrow" | "parquet" | "fits" | "png";

/**
 * What the answer is written as: what comes from the source, its text form, a das2 stream whatever the source makes, as bytes or as
 * text, or a converted form.
 */
export type OutputForm = "stream" | "text" | "das2" | "das2text" | ConvertedForm;

/** What bins tell besides their averages: least, greatest, standard deviation. */
export type BinStatistic = "min" | "max" | "stddev";

/**
 * One request for data, typed and checked, made once at the edge. Nothing downstream sees a URL.
 * Source: das2-server 2.7.
 */
export interface DataQuery {
  readonly sourceId: string;
  /** Begin, after trimming to the valid range of the source. */
  readonly begin: Time;
  /** End, excluded, after trimming. */
  readonly end: Time;
  /** As asked for, before trimming: what messages and `xCacheRange` show. */
  readonly requested: { readonly begin: Time; readonly end: Time };
  /**
   * What the reader is asked for, where that has been decided on: whole bins as far as the valid range and the rules
   * of access let them be read. Missing: whole bins (das2-server 13.4).
   */
  readonly reading?: TimeRange;
  /** Widest bin wanted, seconds, > 0; missing: intrinsic. */
  readonly resolution?: number;
  /** Whether the bins must have exactly that width; missing: as wide or narrower, as the cache has them. */
  readonly exactBins?: true;
  /** Where a bin begins, where that has been decided on; missing: das2-server 13.2 says. */
  readonly binOrigin?: Time;
  /** What bins tell besides their averages; missing: nothing. */
  readonly statistics?: readonly BinStatistic[];
  /** Waveforms become power spectra of segments of `length` samples that begin `length / slide` samples apart; missing: they do not. */
  readonly spectrum?: { readonly length: number; readonly slide: number };
  /** Seconds between computed points, > 0; only for interval sources. */
  readonly interval?: number;
  /** Reader parameters, already split into words and checked. */
  readonly params: readonly string[];
  readonly output: OutputForm;
  /** Words for the program that makes the output form, made by the server and not by the client. */
  readonly formatArgs?: readonly string[];
  /**
   * Request parameters that a definition's commands ask for by another name than the usual ones (`#[name]`,
   * `$(name)`), under their lower-case names. Each word is checked like a reader parameter.
   */
  readonly values?: Readonly<Record<string, string>>;
}
