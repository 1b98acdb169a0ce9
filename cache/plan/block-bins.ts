import { nanoseconds, timeOfNanoseconds, wholeNanoseconds } from "../../dsdf/nanoseconds.js";
import { type Time, type TimeRange, timeToUs2000, us2000ToTime } from "../../stream/time.js";
import { blockBegin, blockNumber } from "../block-number.js";
import type { BlockPeriod } from "../level.js";

/**
 * Bins side by side that begin anew at each block: bin n of a block covers [begin + n*width, begin + (n+1)*width) and belongs to the
 * block where its centre is before the end of it. Source: das2-server 15.7.
 */
export interface BlockBins {
  readonly period: BlockPeriod;
  /** Width in seconds, above 0. */
  readonly seconds: number;
}

/** One bin: a block, and its place in it. */
export interface BinPlace {
  readonly block: number;
  readonly bin: number;
}

/** Bins side by side, both included. */
export interface BinSpan {
  readonly first: BinPlace;
  readonly last: BinPlace;
}

const DAY_S = 86_400;

/** Seconds of the blocks of a period: months and years have several lengths. */
const LENGTHS: Readonly<Record<BlockPeriod, readonly number[]>> = {
  persecond: [1],
  perminute: [60],
  hourly: [3600],
  daily: [DAY_S],
  monthly: [28 * DAY_S, 29 * DAY_S, 30 * DAY_S, 31 * DAY_S],
  yearly: [365 * DAY_S, 366 * DAY_S],
};

/** The shortest block of a period, seconds. */
export function shortestBlock(period: BlockPeriod): number {
  return Math.min(...LENGTHS[period]);
}

/** Whether every block is whole bins, so that the bins of all blocks are one grid. */
export function dividesPeriod({ period, seconds }: BlockBins): boolean {
  const width = wholeNanoseconds(seconds);
  return (
    width !== undefined && LENGTHS[period].every((length) => (BigInt(length) * 1_000_000_000n) % width === 0n)
  );
}

/** Bins in the block of the period that has the fewest; 0 where a width is so large that some block has no centre of a bin. */
export function fewestBins({ period, seconds }: BlockBins): number {
  return Math.min(...LENGTHS[period].map((length) => binsInside(length, seconds)));
}

/** The largest number of neighbouring bins, at most `most`, that can be joined in every block of the period so that none is left. */
export function joinableBins({ period, seconds }: BlockBins, most: number): number {
  const common = LENGTHS[period].map((length) => binsInside(length, seconds)).reduce(commonDivisor);
  let best = 1;
  for (let small = 1; small * small <= common; small++) {
    if (common % small !== 0) continue;
    for (const divisor of [small, common / small]) if (divisor <= most && divisor > best) best = divisor;
  }
  return best;
}

/**
 * How far the x of a record may stand from the centre of its bin, microseconds: x as text is rounded to the digits of its field.
 * Source: das2-stream A6.
 */
export function centreSlack(seconds: number): number {
  return Math.min(10_000, seconds * 125_000);
}

/**
 * The bins with their centre in a range, counted the way the reducers do, in us2000; `undefined` where there is none, or where some
 * blocks of the period have none.
 * @param slackUs by how much the range is made larger (smaller, where it is negative) at both ends
 */
export function binsIn(bins: BlockBins, range: TimeRange, slackUs = 0): BinSpan | undefined {
  if (fewestBins(bins) === 0) return undefined;
  const first = binFrom(bins, timeToUs2000(range.begin) - slackUs);
  const after = binFrom(bins, timeToUs2000(range.end) + slackUs);
  const last =
    after.bin > 0
      ? { block: after.block, bin: after.bin - 1 }
      : { block: after.block - 1, bin: lastBin(bins, after.block - 1) };
  const isEmpty = last.block < first.block || (last.block === first.block && last.bin < first.bin);
  return isEmpty ? undefined : { first, last };
}

/**
 * The range of time that a span of bins covers, exact to the nanosecond for widths that are whole nanoseconds, else rounded
 * outward. The last bin of a block reaches to the end of the block, whether it is shorter or longer.
 */
export function rangeOfBins(bins: BlockBins, { first, last }: BinSpan): TimeRange {
  const begin = binEdge(bins, first);
  const end =
    last.bin === lastBin(bins, last.block)
      ? blockBegin(last.block + 1, bins.period)
      : binEdge(bins, { block: last.block, bin: last.bin + 1 }, Math.ceil);
  return { begin, end };
}

/** Whether a bin is the last of its block. */
export function isLastBin(bins: BlockBins, { block, bin }: BinPlace): boolean {
  return bin === lastBin(bins, block);
}

function binEdge({ period, seconds }: BlockBins, { block, bin }: BinPlace, round = Math.floor): Time {
  const begin = blockBegin(block, period);
  if (bin === 0) return begin;
  const width = wholeNanoseconds(seconds);
  const offset = width === undefined ? BigInt(round(bin * seconds * 1e9)) : BigInt(bin) * width;
  return timeOfNanoseconds(nanoseconds(begin) + offset);
}

/** The first bin whose centre is not before an instant, us2000. */
function binFrom(bins: BlockBins, us: number): BinPlace {
  const block = blockNumber(us2000ToTime(us), bins.period);
  const begin = timeToUs2000(blockBegin(block, bins.period));
  const width = bins.seconds * 1e6;
  const isBefore = (bin: number) => begin + (bin + 0.5) * width < us;
  let bin = Math.max(0, Math.ceil((us - begin) / width - 0.5));
  while (bin > 0 && !isBefore(bin - 1)) bin--;
  while (isBefore(bin)) bin++;
  return bin <= lastBin(bins, block) ? { block, bin } : { block: block + 1, bin: 0 };
}

function lastBin({ period, seconds }: BlockBins, block: number): number {
  const length = timeToUs2000(blockBegin(block + 1, period)) - timeToUs2000(blockBegin(block, period));
  return binsInside(length / 1e6, seconds) - 1;
}

/** How many bins have their centre before `length` seconds. */
function binsInside(length: number, seconds: number): number {
  let count = Math.max(0, Math.ceil(length / seconds - 0.5));
  while (count > 0 && (count - 0.5) * seconds * 1e6 >= length * 1e6) count--;
  while ((count + 0.5) * seconds * 1e6 < length * 1e6) count++;
  return count;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
