import type { FilterProgram } from "../stream/program.js";
import { lastValue, parseArguments, positiveArgument, usage } from "../stream/program-arguments.js";
import { parseTime, type Time } from "../stream/time.js";
import { BinAverages, type BinAveragesOptions } from "./binning/bin-averages.js";

/** The option that gives the origin of the bins, of all filters that bin in seconds. */
export const BEGIN_OPTION = { names: ["-b", "--begin"], takes: "a time" } as const;

/** Time strings are told apart from errors by the parser alone. Errors: USAGE. */
export function beginArgument(values: readonly string[]): Time | undefined {
  const text = lastValue(values);
  if (text === undefined) return undefined;
  try {
    return parseTime(text, { bareYear: true });
  } catch (error) {
    throw usage(`begin of the bins: ${error instanceof Error ? error.message : "not a time"}`);
  }
}

/** Averages over bins of seconds: the reducer of the server. Source: reducers 3. */
export const binAvgsec: FilterProgram = {
  kind: "filter",
  name: "das2_bin_avgsec",
  help: `Usage: das2_bin_avgsec [-r] [-s] [-n] [-p] [-b BEGIN] BIN_SECONDS

Reads a das2 stream and writes one record for each bin of BIN_SECONDS seconds: x is the middle of the bin, every
other value the average over the bin, fill left out.

  BIN_SECONDS        width of the bins, above 0; 0.5 and 1e-3 are fine
  -b, --begin BEGIN  a time at which a bin begins; without it, the first record of the stream
  -r, --range        also the least and the greatest value: planes N.min and N.max for every plane N
  -s, --stddev       also the standard deviation: a plane N.stddev
  -n, --count        also the number of values behind each average: a plane N.count
  -p, --no-progress  drop progress comments
  -h, --help         print this
  -v, --version      print the version

Exit status: 0 done, 13 arguments, 22 unreadable stream, 100 a stream that cannot be averaged.`,
  open(args) {
    return new BinAverages(avgsecOptions(args));
  },
};

/** What the arguments of avgsec ask for. Errors: USAGE. */
export function avgsecOptions(args: readonly string[]): BinAveragesOptions {
  const { options, positionals } = parseArguments(
    args,
    {
      begin: BEGIN_OPTION,
      range: { names: ["-r", "--range"] },
      deviation: { names: ["-s", "--stddev"] },
      count: { names: ["-n", "--count"] },
      progress: { names: ["-p", "--no-progress"] },
    },
    ["BIN_SECONDS"],
  );
  const { range, deviation, count } = options;
  const extra = (range ? 2 : 0) + (deviation ? 1 : 0) + (count ? 1 : 0);
  return {
    name: "das2_bin_avgsec",
    bins: { width: positiveArgument(positionals[0]!, "BIN_SECONDS"), begin: beginArgument(options.begin) },
    derived: { range, peak: false, deviation, count },
    // 99, 33, 49 and 24 planes for the four choices of -r and -s: the output has at most 99.
    mostPlanes: Math.floor(99 / (1 + extra)),
    describesBins: true,
    dropsProgress: options.progress,
  };
}
