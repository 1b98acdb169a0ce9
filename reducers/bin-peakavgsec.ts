import type { FilterProgram } from "../stream/program.js";
import { parseArguments, positiveArgument } from "../stream/program-arguments.js";
import { BEGIN_OPTION, beginArgument } from "./bin-avgsec.js";
import { BinAverages, type BinAveragesOptions } from "./binning/bin-averages.js";

/** Averages and peaks over bins of seconds: avgsec that adds the greatest values only. Source: reducers 5. */
export const binPeakavgsec: FilterProgram = {
  kind: "filter",
  name: "das2_bin_peakavgsec",
  help: `Usage: das2_bin_peakavgsec [-p] [-b BEGIN] BIN_SECONDS

Reads a das2 stream and writes one record for each bin of BIN_SECONDS seconds: x is the middle of the bin, every
plane N holds the averages over the bin and a further plane N.max the greatest values, fill left out.

  BIN_SECONDS        width of the bins, above 0; 0.5 and 1e-3 are fine
  -b, --begin BEGIN  a time at which a bin begins; without it, the first record of the stream
  -p, --no-progress  drop progress comments
  -h, --help         print this
  -v, --version      print the version

Exit status: 0 done, 13 arguments, 22 unreadable stream, 100 a stream that cannot be averaged.`,
  open(args) {
    return new BinAverages(peakavgsecOptions(args));
  },
};

/** What the arguments of peakavgsec ask for. Errors: USAGE. */
export function peakavgsecOptions(args: readonly string[]): BinAveragesOptions {
  const { options, positionals } = parseArguments(
    args,
    { begin: BEGIN_OPTION, progress: { names: ["-p", "--no-progress"] } },
    ["BIN_SECONDS"],
  );
  return {
    name: "das2_bin_peakavgsec",
    bins: { width: positiveArgument(positionals[0]!, "BIN_SECONDS"), begin: beginArgument(options.begin) },
    derived: { range: false, peak: true, deviation: false, count: false },
    mostPlanes: 47,
    describesBins: true,
    dropsProgress: options.progress,
  };
}
