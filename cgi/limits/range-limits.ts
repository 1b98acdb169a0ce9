import type { Config } from "../../config/config.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { DURATION_SYNTAX, positiveSeconds } from "../../dsdf/durations.js";
import { timeText } from "../../dsdf/stages.js";
import { DasError } from "../../errors/das-error.js";
import { addSeconds, type TimeRange, timeToUs2000 } from "../../stream/time.js";

/** How much one request for data of a source may ask for; missing: any. */
export interface RangeLimits {
  /** Longest range at full resolution, seconds. */
  readonly rangeSeconds?: number;
  /** Most bins of a range at a resolution. */
  readonly bins?: number;
}

/** Sub-requests that a refusal names. */
const MOST_NAMED = 4;

/**
 * Most bins where the range is limited and nothing is said of bins: those finer than the records are the records themselves. Many times
 * what a plot shows, and ten weeks of minutes.
 */
const BINS_OF_LIMITED_RANGES = 100_000;

/**
 * The limits for a source: `maxRange` of its definition, else that of the server; with either a limit of bins, whether or not the server
 * has one of its own.
 * Errors: BAD_CONFIG for a MAX_RANGE that is no duration.
 */
export function rangeLimits(
  source: Pick<DataSource, "maxRangeSeconds">,
  config: Pick<Config, "maxRange" | "maxBins">,
): RangeLimits {
  const rangeSeconds = source.maxRangeSeconds ?? siteSeconds(config.maxRange);
  const bins = config.maxBins === 0 && rangeSeconds !== undefined ? BINS_OF_LIMITED_RANGES : config.maxBins;
  return {
    ...(rangeSeconds === undefined ? {} : { rangeSeconds }),
    ...(bins === 0 ? {} : { bins }),
  };
}

function siteSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = positiveSeconds(text.trim());
  if (seconds !== undefined) return seconds;
  throw new DasError("BAD_CONFIG", `MAX_RANGE is not a duration, expected ${DURATION_SYNTAX}`);
}

/** The limits as properties of a description, in the form of definitions. */
export function limitProperties({ rangeSeconds, bins }: RangeLimits): Readonly<Record<string, string>> {
  return {
    ...(rangeSeconds === undefined ? {} : { maxRange: `${rangeSeconds} s` }),
    ...(bins === undefined ? {} : { maxBins: String(bins) }),
  };
}

/**
 * Lets a request pass that keeps the limits.
 * @param resolution widest bin, seconds; missing: full resolution
 * Errors: TOO_MUCH_ASKED, with requests that would pass in the message and, all of the first hundred, in `where.requests`.
 */
export function checkRange(limits: RangeLimits, range: TimeRange, resolution: number | undefined): void {
  const seconds = (timeToUs2000(range.end) - timeToUs2000(range.begin)) / 1e6;
  if (resolution === undefined) {
    const { rangeSeconds } = limits;
    if (rangeSeconds === undefined || seconds <= rangeSeconds) return;
    const wider =
      limits.bins === undefined ? "" : ` or, in bins, resolution=${resolutionFor(seconds, limits.bins)}`;
    throw tooMuch(
      `The range of ${spanText(seconds)} is longer than the ${spanText(rangeSeconds)} of one request at full resolution`,
      divided(range, seconds, rangeSeconds),
      wider,
      "MAX_RANGE",
    );
  }
  const { bins } = limits;
  if (bins === undefined || seconds / resolution <= bins) return;
  throw tooMuch(
    `The range of ${spanText(seconds)} has ${Math.ceil(seconds / resolution)} bins of ${resolution} s, more than the ${bins} of one request`,
    divided(range, seconds, bins * resolution),
    ` or resolution=${resolutionFor(seconds, bins)}`,
    "MAX_BINS",
  );
}

/** The finest resolution, in three digits, at which a range has no more bins than that. */
function resolutionFor(seconds: number, bins: number): number {
  const exact = seconds / bins;
  const unit = 10 ** (Math.floor(Math.log10(exact)) - 2);
  return Number((Math.ceil(exact / unit) * unit).toPrecision(3));
}

/** A range cut into parts of equal length, in whole seconds where they are longer; the beginnings of the first hundred and the end of the last. */
function divided(range: TimeRange, seconds: number, most: number): readonly string[] {
  const step = most > 1 ? Math.floor(most) : most;
  const parts: string[] = [];
  for (let at = 0; at < seconds && parts.length < 100; at += step) {
    const begin = addSeconds(range.begin, at);
    const end = at + step >= seconds ? range.end : addSeconds(range.begin, at + step);
    parts.push(`${timeText(begin)}/${timeText(end)}`);
  }
  return parts;
}

function tooMuch(what: string, requests: readonly string[], other: string, limit: string): DasError {
  const named = requests.slice(0, MOST_NAMED).join(", ");
  const more = requests.length > MOST_NAMED ? " and so on" : "";
  return new DasError("TOO_MUCH_ASKED", `${what}; ask for ${named}${more}${other}`, { limit, requests });
}

/** Seconds as people read them. */
function spanText(seconds: number): string {
  for (const [unit, size] of [
    ["days", 86_400],
    ["hours", 3600],
    ["minutes", 60],
  ] as const)
    if (seconds >= 2 * size) return `${Number((seconds / size).toFixed(2))} ${unit}`;
  return `${Number(seconds.toFixed(3))} s`;
}
