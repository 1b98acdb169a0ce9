import { cacheLevel } from "../../dsdf/cache-levels.js";
import type { CacheLevel } from "../../dsdf/data-source.js";
import type { BlockPeriod } from "../level.js";
import { dividesPeriod, shortestBlock } from "../plan/block-bins.js";
import type { Measurement } from "./measurement.js";
import { resolutionText } from "./pyramid-file.js";

/** What a choice of levels goes by; {@link DEFAULT_PYRAMID} says why. */
export interface PyramidRules {
  /** Widths of neighbouring levels to each other: as near to this as the widths allow, */
  readonly ratio: number;
  /** and never less than this. */
  readonly leastRatio: number;
  /** The finest bins hold at least so many records. */
  readonly leastRecords: number;
  /** No coarser level once the whole source has at most so many bins. */
  readonly mostBins: number;
  /** Of a block. */
  readonly blockBytes: number;
  readonly leastBinsInBlock: number;
  readonly mostBlocks: number;
  /** The largest raw stream of which every record is kept. */
  readonly mostRawBytes: number;
}

/**
 * - `ratio` 8: all levels together take an eighth more than the finest, and an answer that is made of the next finer level reads at
 *   most some eight bins for one of its own.
 * - `leastRecords` 4: finer bins would be as large as the raw stream, with their least and greatest values larger.
 * - `mostBins` 4000: clients draw some 2000 points, so an overview of all is made of two bins each.
 * - `blockBytes` 4 MB: the middle of 1 to 16 MB. Smaller ones cost more to open than to read; of larger ones a short request reads
 *   mostly what it does not need.
 * - `mostBlocks` 100,000: folders, index and plans stay small.
 * - `mostRawBytes` 4 GB: a copy of a small source costs little and spares the reader at any resolution; of a large one it would be a
 *   second archive, which a site has to want: `cacheLevel_NN = 'intrinsic | daily'`.
 */
export const DEFAULT_PYRAMID: PyramidRules = {
  ratio: 8,
  leastRatio: 4,
  leastRecords: 4,
  mostBins: 4000,
  blockBytes: 4e6,
  leastBinsInBlock: 16,
  mostBlocks: 100_000,
  mostRawBytes: 4e9,
};

/**
 * Widths in seconds that people read with ease. All divide a day, so bins of all levels and blocks lie in each other. There are none
 * above a day: no such width divides months and years, so the last bin of a block would lose its records (das2-server 15.7).
 */
const WIDTHS: readonly number[] = [
  ...[1e-6, 1e-5, 1e-4].flatMap((unit) => [1, 2, 5].map((n) => Number((n * unit).toPrecision(1)))),
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
  ...[1, 2, 4, 5, 10, 15, 20, 30],
  ...[1, 2, 4, 5, 10, 15, 20, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 4, 6, 8, 12, 24].map((hours) => hours * 3600),
];

const PERIODS: readonly BlockPeriod[] = ["persecond", "perminute", "hourly", "daily", "monthly", "yearly"];

/**
 * The levels of a source by what it is like: a pyramid from bins of a few records up to an overview, each bin whole bins of the level
 * below, blocks of a level never longer than those above it. None where nothing was measured, and no bins where the whole source has
 * no more than an overview holds.
 *
 * @param spanSeconds how much time the whole source covers
 */
export function choosePyramid(
  measured: Measurement,
  spanSeconds: number,
  rules: PyramidRules = DEFAULT_PYRAMID,
): readonly CacheLevel[] {
  const { cadence, recordBytes, bytesPerSecond } = measured;
  if (!(cadence > 0 && recordBytes > 0 && spanSeconds > 0)) return [];
  const levels: { readonly seconds: number; readonly period: BlockPeriod }[] = [];
  const add = (seconds: number, bytesInSecond: number) => {
    const shortest = PERIODS.indexOf(levels.at(-1)?.period ?? "persecond");
    const step = seconds === 0 ? cadence : seconds;
    levels.push({
      seconds,
      period: choosePeriod({ seconds, step, bytesInSecond, spanSeconds, shortest }, rules),
    });
  };
  if (bytesPerSecond * spanSeconds <= rules.mostRawBytes) add(0, bytesPerSecond);
  for (const width of binWidths(cadence, spanSeconds, rules)) {
    // Bins cannot be denser than what they are made of, where a source is silent most of the time.
    const bytes = Math.min(recordBytes / width, bytesPerSecond);
    add(width, bytes);
  }
  return levels.map(({ seconds, period }, number) => {
    const level = cacheLevel(number, `${resolutionText(seconds)} | ${period}`);
    if (level === undefined) throw new Error(`no level of ${seconds} s`); // all widths of the table are legal
    return level;
  });
}

/** One line for each level, for people: its name, bins and bytes of a block, and how many blocks there are. */
export function describePyramid(
  levels: readonly CacheLevel[],
  { cadence, recordBytes, bytesPerSecond }: Measurement,
  spanSeconds: number,
): string[] {
  return levels.map(({ seconds, folder, period }) => {
    const length = shortestBlock(period);
    const records = Math.round(length / (seconds === 0 ? cadence : seconds));
    const bytes = seconds === 0 ? length * bytesPerSecond : records * recordBytes;
    const blocks = Math.ceil(spanSeconds / length);
    return `${folder} ${period}: about ${records} ${seconds === 0 ? "records" : "bins"} and ${sizeText(bytes)} a block, ${blocks} ${blocks === 1 ? "block" : "blocks"}`;
  });
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function binWidths(cadence: number, spanSeconds: number, rules: PyramidRules): number[] {
  // The median of a cadence that trembles may be a little high: 1.0001 s is not to mean bins of 5 s instead of 4.
  const least = cadence * rules.leastRecords * (1 - 1e-2);
  const widths: number[] = [];
  let next = WIDTHS.find((width) => width >= least);
  // An overview of less than that many records is made of the records themselves.
  if (spanSeconds / cadence <= rules.mostBins) next = undefined;
  while (next !== undefined) {
    widths.push(next);
    next = spanSeconds / next <= rules.mostBins ? undefined : coarser(next, rules);
  }
  return widths;
}

/** The width whose ratio to another is nearest to the wanted one, of those that are whole multiples of it. */
function coarser(width: number, { ratio, leastRatio }: PyramidRules): number | undefined {
  const distance = (wider: number) => Math.abs(Math.log(wider / width / ratio));
  return WIDTHS.filter((wider) => wider / width >= leastRatio * (1 - 1e-9) && isMultiple(wider, width)).sort(
    (a, b) => distance(a) - distance(b),
  )[0];
}

function isMultiple(wider: number, width: number): boolean {
  // In whole nanoseconds.
  return Math.round(wider * 1e9) % Math.round(width * 1e9) === 0;
}

interface PeriodQuestion {
  readonly seconds: number;
  /** Distance of records, seconds. */
  readonly step: number;
  readonly bytesInSecond: number;
  readonly spanSeconds: number;
  /** Place in {@link PERIODS} of the shortest that may be taken. */
  readonly shortest: number;
}

/** The period whose blocks are nearest in size to the wanted one, of those with enough bins and not too many blocks. */
function choosePeriod(question: PeriodQuestion, rules: PyramidRules): BlockPeriod {
  const { seconds, step, bytesInSecond, spanSeconds, shortest } = question;
  const distance = (period: BlockPeriod) =>
    Math.abs(Math.log((shortestBlock(period) * bytesInSecond) / rules.blockBytes));
  const possible = PERIODS.slice(shortest).filter((period) => {
    const length = shortestBlock(period);
    const fits = seconds === 0 || dividesPeriod({ period, seconds });
    return fits && length / step >= rules.leastBinsInBlock && spanSeconds / length <= rules.mostBlocks;
  });
  return possible.sort((a, b) => distance(a) - distance(b))[0] ?? "yearly";
}
