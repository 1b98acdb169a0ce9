import { resolve } from "node:path";
import { DasError } from "../../errors/das-error.js";
import { integerArgument, lastValue, parseArguments, realArgument } from "../../stream/program-arguments.js";
import { compareTimes, parseTime, type Time, type TimeRange } from "../../stream/time.js";
import { hasText, hasYearSign, TIME_LIMITS_TEXT } from "../../stream/time-limits.js";

/** What the cache reader is asked for. */
export interface ReaderRequest {
  /** Absolute path of `DSDF_ROOT/ID.dsdf`. */
  readonly definitionFile: string;
  /** Absolute path of `CACHE_ROOT/data/ID`. */
  readonly sourceFolder: string;
  /** Normalised parameters, das2-server 14, or the folder that is named after them. */
  readonly normParams: string;
  /** BEGIN and END; `end` excluded. */
  readonly requested: TimeRange;
  /** Widest bins wanted, seconds; 0: every record. */
  readonly resolution: number;
  /** Bins that are wanted besides on each side. */
  readonly pad: number;
  /** Whether a block that is not there is left out instead of being an error. */
  readonly allowMissing: boolean;
}

const OPTIONS = {
  pad: { names: ["-p", "--pad"], takes: "a number of bins" },
  allowMissing: { names: ["--allow-missing"] },
} as const;

const POSITIONALS = ["DSDF_FILE", "CACHE_DIR", "NORM_PARAMS", "BEGIN", "END", "RESOLUTION"];

/** More than a plot has. */
const MOST_PAD = 10_000;

/** Reads the arguments of the cache reader. Errors: USAGE, BAD_TIME. Source: reducers 10. */
export function readerRequest(args: readonly string[]): ReaderRequest {
  const { options, positionals } = parseArguments(args, OPTIONS, POSITIONALS);
  const [file = "", folder = "", normParams = "", begin = "", end = "", resolution = ""] = positionals;
  const pad = lastValue(options.pad);
  return {
    definitionFile: resolve(file),
    sourceFolder: resolve(folder),
    normParams,
    requested: requestedRange(begin, end),
    resolution: realArgument(resolution, "RESOLUTION", {
      accepts: (value) => value >= 0,
      expected: "a number of seconds, 0 for every record",
    }),
    pad: pad === undefined ? 0 : integerArgument(pad, "PAD", 0, MOST_PAD),
    allowMissing: options.allowMissing,
  };
}

function requestedRange(beginText: string, endText: string): TimeRange {
  const begin = requestedTime(beginText);
  const end = requestedTime(endText);
  if (compareTimes(begin, end) < 0) return { begin, end };
  throw new DasError(
    "BAD_TIME",
    `${beginText.slice(0, 40)} to ${endText.slice(0, 40)}, expected a begin before the end`,
  );
}

function requestedTime(text: string): Time {
  const time = parseTime(text, { bareYear: true });
  if (hasText(time) && !hasYearSign(text)) return time;
  throw new DasError("BAD_TIME", `time "${text.slice(0, 40)}", expected one in ${TIME_LIMITS_TEXT}`);
}
