import type { FilterProgram } from "../stream/program.js";
import { lastValue, parseArguments, positiveArgument, usage } from "../stream/program-arguments.js";
import { BEGIN_OPTION, beginArgument } from "./bin-avgsec.js";
import { BinRate, type VOLUME_UNITS } from "./binning/bin-rate.js";

/** How many packets or bytes a stream has in each bin, or whether it has any. Source: reducers 6. */
export const binRatesec: FilterProgram = {
  kind: "filter",
  name: "das2_bin_ratesec",
  help: `Usage: das2_bin_ratesec [-m] [-v UNITS] [-e] [-t TEXT] [-y TEXT] [-b BEGIN] BIN_SECONDS

Reads a das2 stream and writes how many data packets, of all ids together, lie in each bin of BIN_SECONDS seconds
(a number a bin, not a second). x is the middle of the bin. Bins without data between others are written as 0.

  BIN_SECONDS            width of the bins, above 0; 0.5 and 1e-3 are fine
  -b, --begin BEGIN      a time at which a bin begins; without it, the first record of the stream
  -m, --monotonic        the input is in order of time: write each bin as soon as it is complete; a step back
                         ends the stream with an error
  -v, --vol-units UNITS  count bytes instead: bytes, kB, MB or GB (powers of 1024), any case
  -e, --events           write 1 for each bin that has data, and nothing for others
  -t, --title TEXT       title of the output
  -y, --ylabel TEXT      label of the values
  -h, --help             print this
      --version          print the version

Exit status: 0 done, 13 arguments, 22 unreadable stream, 100 a stream that cannot be counted.`,
  open(args) {
    const { options, positionals } = parseArguments(
      args,
      {
        begin: BEGIN_OPTION,
        monotonic: { names: ["-m", "--monotonic"] },
        volume: { names: ["-v", "--vol-units"], takes: "bytes, kB, MB or GB" },
        events: { names: ["-e", "--events"] },
        title: { names: ["-t", "--title"], takes: "a text" },
        yLabel: { names: ["-y", "--ylabel"], takes: "a text" },
      },
      ["BIN_SECONDS"],
    );
    return new BinRate({
      bins: { width: positiveArgument(positionals[0]!, "BIN_SECONDS"), begin: beginArgument(options.begin) },
      monotonic: options.monotonic,
      volume: volumeArgument(lastValue(options.volume)),
      events: options.events,
      title: lastValue(options.title),
      yLabel: lastValue(options.yLabel),
    });
  },
};

/** Errors: USAGE. */
function volumeArgument(text: string | undefined): keyof typeof VOLUME_UNITS | undefined {
  if (text === undefined) return undefined;
  for (const unit of ["bytes", "kB", "MB", "GB"] as const)
    if (unit.toLowerCase() === text.toLowerCase()) return unit;
  throw usage(`unit of volume "${text.slice(0, 40)}", expected bytes, kB, MB or GB`);
}
