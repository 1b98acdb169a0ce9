import { DasError } from "../../errors/das-error.js";
import { LONGEST_REAL_FFT } from "../../fft/real-fft.js";
import {
  integerArgument,
  lastValue,
  parseArguments,
  realArgument,
  usage,
} from "../../stream/program-arguments.js";
import { durationSeconds } from "../../stream/units.js";

/** What the command line of the psd filter asks for. Source: reducers 7. */
export interface PsdOptions {
  /** Samples of a segment; even, at least 16. */
  readonly length: number;
  /** D: segments overlap by (D-1)/D. */
  readonly slideDenominator: number;
  /** Samples from the start of a segment to that of the next. */
  readonly step: number;
  readonly keepMean: boolean;
  /** Text of the `xTagWidth` of the output, a Datum. */
  readonly cadence?: string;
  /** How much two neighbouring intervals may differ, relative to their mean. */
  readonly maxJitter: number;
  /** Whether what cannot be transformed is left out rather than an error. */
  readonly skip: boolean;
  /** Output ids wanted for sample periods. */
  readonly idByPeriod: readonly { readonly id: number; readonly seconds: number }[];
}

const TABLE = {
  keepMean: { names: ["-d", "--keep-dc"] },
  cadence: { names: ["-c", "--cadence"], takes: "a quantity with its unit" },
  jitter: { names: ["-j", "--max-jitter"], takes: "a number" },
  noSkip: { names: ["-n", "--no-skip"] },
  map: { names: ["-m", "--map"], takes: 'an id and a sample period ("ID,DATUM")' },
  transformX: { names: ["-x", "--trans-x"] },
} as const;

/** Errors: USAGE; UNSUPPORTED_OPTION for `-x`. */
export function parsePsdOptions(args: readonly string[]): PsdOptions {
  const { options, positionals } = parseArguments(args, TABLE, ["LENGTH", "SLIDE_DENOM"]);
  if (options.transformX)
    throw new DasError("UNSUPPORTED_OPTION", "transforms of table planes along x (-x) are not supported");
  const length = integerArgument(positionals[0]!, "LENGTH", 16, LONGEST_REAL_FFT);
  if (length % 2 !== 0) throw usage(`LENGTH is "${length}", expected an even number`);
  const slideDenominator = integerArgument(positionals[1]!, "SLIDE_DENOM", 1, length - 1);
  const cadence = lastValue(options.cadence);
  const jitter = lastValue(options.jitter);
  return {
    length,
    slideDenominator,
    step: Math.floor(length / slideDenominator),
    keepMean: options.keepMean,
    ...(cadence === undefined ? {} : { cadence: cadenceDatum(cadence) }),
    maxJitter:
      jitter === undefined
        ? 0.01
        : realArgument(jitter, "the jitter", {
            accepts: (value) => value >= 0,
            expected: "a number, 0 or above",
          }),
    skip: !options.noSkip,
    idByPeriod: options.map.map(mapEntry),
  };
}

/** A quantity like `0.5 s`: the number, and what one of its unit is in seconds. */
function periodSeconds(text: string): number | undefined {
  const datum = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s+(\S.*?)\s*$/.exec(text);
  const unit = durationSeconds(datum?.[2] ?? "");
  return datum === null || unit === undefined ? undefined : Number(datum[1]) * unit;
}

function cadenceDatum(text: string): string {
  const seconds = periodSeconds(text);
  if (seconds === undefined || !(seconds > 0))
    throw usage(
      `the cadence is "${text.slice(0, 60)}", expected a positive number, a space and a unit of time`,
    );
  return text.trim().replace(/\s+/, " ");
}

function mapEntry(text: string): { id: number; seconds: number } {
  const comma = text.indexOf(",");
  const seconds = periodSeconds(text.slice(comma + 1));
  if (comma < 0 || seconds === undefined || !(seconds > 0))
    throw usage(
      `the map is "${text.slice(0, 60)}", expected "ID,DATUM" with a sample period such as "3,0.5 ms"`,
    );
  return { id: integerArgument(text.slice(0, comma).trim(), "the id of a map", 1, 99), seconds };
}
