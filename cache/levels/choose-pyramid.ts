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
  /** No coarser level than one that has at most so many bins in all. */
  readonly overviewBins: number;
  /** Wanted size of a block. */
  readonly blockBytes: number;
  readonly leastBinsInBlock: number;
  /** From here on more blocks count as a fault, */
  readonly manyBlocks: number;
  /** and there are never more of a level. */
  readonly mostBlocks: number;
  /** The largest raw stream of which every record is kept. */
  readonly mostRawBytes: number;
}

/**
 * - `ratio` 8: all levels together take a seventh more than the finest, and an answer reads some eight bins of a level for one of its
 *   own at most. Below 4 a level would spare too little for its room.
 * - `leastRecords` 8, for the same reason. Averages, least and greatest values and counts take four times the room of averages alone,
 *   so bins of 8 records already take half as much as the raw stream.
 * - `overviewBins` 4000: clients draw some 2000 points, so an overview of everything is made of two bins each.
 * - `blockBytes` 4 MB: the middle of 1 to 16 MB. Smaller ones cost more to open than to read; of larger ones a short request reads
 *   mostly what it does not need.
 * - `manyBlocks` 100,000: folders, index and plans stay small. `mostBlocks` is what an index answers for in one question, with room.
 * - `mostRawBytes` 4 GB: a copy of a small source costs little and spares the reader at any resolution; of a large one it would be a
 *   second archive, which a site has to want: `cacheLevel_NN = 'intrinsic | daily'`.
 */
export const DEFAULT_PYRAMID: PyramidRules = {
  ratio: 8,
  leastRatio: 4,
  leastRecords: 8,
  overviewBins: 4000,
  blockBytes: 4e6,
  leastBinsInBlock: 16,
  manyBlocks: 100_000,
  mostBlocks: 1_000_000,
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

/** The widths of the bins, finest first. */
function binWidths(cadence: number, spanSeconds: number, rules: PyramidRules): readonly number[] {
  // An overview of less than that many records is made of the records themselves.
  if (spanSeconds / cadence <= rules.overviewBins) return [];
  // The median of a cadence that trembles may be a little high: 1.0001 s must not mean 10 s where 8 s would do.
  const finest = WIDTHS.find((width) => width >= cadence * rules.leastRecords * (1 - 1e-2));
  if (finest === undefined) return [];
  const coarsest =
    WIDTHS.find((width) => spanSeconds / width <= rules.overviewBins) ?? Number.POSITIVE_INFINITY;
  const chains = chainsFrom(finest, rules);
  // To the first width that is coarse enough, or else as near to it as there is a way.
  const ends = [...chains.keys()].sort((a, b) => a - b);
  const end = ends.find((width) => width >= coarsest) ?? ends.at(-1);
  return end === undefined ? [] : (chains.get(end)?.widths ?? []);
}

/** Widths from the finest on, and how far their ratios are from the wanted one: the sum of squared logarithms. */
interface Chain {
  readonly widths: readonly number[];
  readonly cost: number;
}

/** The best way from a width to every other that can be reached by whole multiples, by its last width. */
function chainsFrom(finest: number, { ratio, leastRatio }: PyramidRules): ReadonlyMap<number, Chain> {
  const chains = new Map<number, Chain>([[finest, { widths: [finest], cost: 0 }]]);
  // Ascending, so the ways to all finer widths are known.
  for (const width of WIDTHS.filter((candidate) => candidate > finest)) {
    let best: Chain | undefined;
    for (const [last, { widths, cost }] of chains) {
      if (width / last < leastRatio * (1 - 1e-9) || !isMultiple(width, last)) continue;
      const more = cost + Math.log(width / last / ratio) ** 2;
      if (best === undefined || more < best.cost) best = { widths: [...widths, width], cost: more };
    }
    if (best !== undefined) chains.set(width, best);
  }
  return chains;
}

/** In whole nanoseconds. */
function isMultiple(wider: number, width: number): boolean {
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
  const fault = (period: BlockPeriod) => {
    const length = shortestBlock(period);
    const size = Math.abs(Math.log((length * bytesInSecond) / rules.blockBytes));
    return size + Math.max(0, Math.log(spanSeconds / length / rules.manyBlocks));
  };
  const possible = PERIODS.slice(shortest).filter((period) => {
    const length = shortestBlock(period);
    const fits = seconds === 0 || dividesPeriod({ period, seconds });
    return fits && length / step >= rules.leastBinsInBlock && spanSeconds / length <= rules.mostBlocks;
  });
  return possible.sort((a, b) => fault(a) - fault(b))[0] ?? "yearly";
}
