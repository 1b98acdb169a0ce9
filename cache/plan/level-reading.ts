import { type BinGrid, binGrid, hasCentre, middleBin, wholeBins } from "../../dsdf/bin-grid.js";
import type { CacheLevel } from "../../dsdf/data-source.js";
import { modulo, nanoseconds, timeOfNanoseconds, wholeNanoseconds } from "../../dsdf/nanoseconds.js";
import type { TimeRange } from "../../stream/time.js";
import { binsIn, centreSlack, rangeOfBins } from "./block-bins.js";
import type { LevelUse } from "./level-choice.js";

/** What of a level an answer is made from. The answer itself is cut to the range of the request by the centres of its bins. */
export interface LevelReading {
  /** The range of time that is needed of the level: that of {@link planCover}. */
  readonly range: TimeRange;
  /**
   * Where the bins of the answer begin; missing where records of the level are passed on as they are. `block`: anew at each block of
   * the level, from its begin on.
   */
  readonly grid?: BinGrid | { readonly origin: "block"; readonly width: number };
}

/** Bins of the anchor `epoch` count from here. */
const EPOCH = { day: 0, ns: 0 };

/**
 * What must be read of a level for a range of time. `undefined` where no bin has its centre in the range: then the answer is
 * one bin of its own (see {@link middleBin}), which no level holds.
 *
 * @param declared the levels of the definition, on which the bins of a request depend (das2-server 13.2)
 */
export function levelReading(
  choice: LevelUse,
  range: TimeRange,
  declared: readonly CacheLevel[] | "auto",
): LevelReading | undefined {
  const { level } = choice;
  const { begin, end } = range;
  if (choice.use === "as is")
    return level.seconds === 0 || binsIn(level, range) !== undefined ? { range } : undefined;
  const { seconds } = choice;
  switch (choice.anchor) {
    case "request": {
      const grid = binGrid(begin, seconds, declared);
      if (hasCentre(grid, begin, end)) return { grid, range: wholeBins(grid, begin, end) };
      return { grid: middleBin(begin, end, seconds), range };
    }
    case "epoch": {
      const grid = { origin: EPOCH, width: seconds };
      const read = hasCentre(grid, begin, end) ? centredBins(grid, range) : undefined;
      return read === undefined ? undefined : { grid, range: read };
    }
    case "block": {
      const bins = { period: level.period, seconds };
      const span = binsIn(bins, range) === undefined ? undefined : binsIn(bins, range, centreSlack(seconds));
      if (span === undefined) return undefined;
      return { grid: { origin: "block", width: seconds }, range: rangeOfBins(bins, span) };
    }
    default:
      return choice.anchor satisfies never;
  }
}

/**
 * The bins with their centre in a range, as the range that they cover: exact in nanoseconds. Bins whose centre stands at most
 * {@link centreSlack} outside are in it too. `undefined` for a width that is no whole number of nanoseconds.
 */
function centredBins({ origin, width }: BinGrid, { begin, end }: TimeRange): TimeRange | undefined {
  const whole = wholeNanoseconds(width);
  if (whole === undefined) return undefined;
  const zero = nanoseconds(origin);
  const slack = BigInt(Math.round(centreSlack(width) * 1e3));
  // In half nanoseconds, in which centres are whole: the begin of the first bin whose centre is not before an instant.
  const binFrom = (ns: bigint) => {
    const after = 2n * (ns - zero) - whole;
    return zero + (after + modulo(-after, 2n * whole)) / 2n;
  };
  return {
    begin: timeOfNanoseconds(binFrom(nanoseconds(begin) - slack)),
    end: timeOfNanoseconds(binFrom(nanoseconds(end) + slack)),
  };
}
