import type { FilterProgram } from "../stream/program.js";
import { parseArguments, positiveArgument } from "../stream/program-arguments.js";
import { BinAverages } from "./binning/bin-averages.js";

/** Averages over bins in the units of x, which need not be a time. Source: reducers 4. */
export const binAvg: FilterProgram = {
  kind: "filter",
  name: "das2_bin_avg",
  help: `Usage: das2_bin_avg BIN_WIDTH

Reads a das2 stream and writes one record for each bin: x is the middle of the bin, every other value the average
over the bin, fill left out. The first bin begins at the first record of the stream.

  BIN_WIDTH      width of the bins in the units of x, above 0; microseconds where x is text
  -h, --help     print this
  -v, --version  print the version

Exit status: 0 done, 13 arguments, 22 unreadable stream, 100 a stream that cannot be averaged.`,
  open(args) {
    const { positionals } = parseArguments(args, {}, ["BIN_WIDTH"]);
    return new BinAverages({
      name: "das2_bin_avg",
      bins: { width: positiveArgument(positionals[0]!, "BIN_WIDTH"), ownUnits: true },
      derived: { range: false, peak: false, deviation: false, count: false },
      mostPlanes: 99,
      describesBins: false,
      dropsProgress: false,
    });
  },
};
