import { compareTimes, type Time, type TimeRange } from "../../stream/time.js";
import { type BlockSpan, blockBegin, blocksOf, blocksWithin } from "../block-number.js";
import type { BlockRun } from "../block-state.js";
import type { Level } from "../level.js";
import { type BlockBins, binsIn, centreSlack, isLastBin, rangeOfBins } from "./block-bins.js";

/** Blocks that can be served, all of them with data or all of them known to have none. */
export interface BlocksPiece extends BlockSpan {
  readonly kind: "blocks";
  readonly state: "present" | "empty";
  /** The part of the answer that comes from them. */
  readonly range: TimeRange;
  /** Those of which every record belongs to the answer; the others, at the ends of the request, are cut by x. */
  readonly uncut: BlockSpan;
}

/** Blocks that are not there or must not be used: the reader is run for them, once for the piece. */
export interface GapPiece extends BlockSpan {
  readonly kind: "gap";
  /** The part of the answer that comes from it. */
  readonly range: TimeRange;
  /** What must be read for it: whole bins of the level, clipped to the blocks of the piece. */
  readonly reading: TimeRange;
  /** The blocks that are read from end to end, so that they can be kept; the others are at the ends of the request. */
  readonly whole: BlockSpan;
}

/** A part of an answer. */
export type PlanPiece = BlocksPiece | GapPiece;

/**
 * How an answer is put together from a level.
 *
 * - The ranges of the pieces are in order and together exactly `range`: no overlap, no hole. Inside they meet at borders of blocks.
 * - The blocks of the pieces are in order and together exactly `blocks`.
 * - Neighbours differ in kind or state.
 * - There are at most as many pieces as the coverage has runs, and two more.
 */
export interface CachePlan {
  readonly level: Level;
  readonly range: TimeRange;
  readonly blocks: BlockSpan;
  /** Empty where the range holds no bin. */
  readonly pieces: readonly PlanPiece[];
}

/**
 * The blocks in which the records of an answer are: those that the range touches; of a level with bins those with the centre of a bin
 * in the range, for a bin belongs to the answer when its centre does (das2-server 13.2). `undefined` where there is none.
 */
export function neededBlocks(
  level: Pick<Level, "period" | "seconds">,
  range: TimeRange,
): BlockSpan | undefined {
  if (compareTimes(range.begin, range.end) >= 0) return undefined;
  if (level.seconds === 0) return blocksOf(range, level.period);
  const bins = binsIn(level, range) === undefined ? undefined : lenientBins(level, range);
  return bins === undefined ? undefined : { first: bins.first.block, end: bins.last.block + 1 };
}

/**
 * How a range is covered by the blocks of a level, and what is left for the reader. Stale and absent blocks are gaps, and so is
 * whatever the coverage says nothing of. Takes time in proportion to the runs, not to the blocks.
 * Source: das2-server 15.3, 15.6.
 *
 * @param coverage of {@link neededBlocks}, or of more
 * @param valid where there can be data at all; a block of which only the rest lies outside is read as a whole
 */
export function planCover(
  level: Level,
  range: TimeRange,
  coverage: { readonly runs: readonly BlockRun[] },
  valid?: TimeRange,
): CachePlan {
  const blocks = neededBlocks(level, range);
  if (blocks === undefined) return { level, range, blocks: { first: 0, end: 0 }, pieces: [] };
  const edges = edgesOf(level, range, blocks, valid);
  let begin = range.begin;
  const pieces = servedRuns(coverage.runs, blocks).map((run): PlanPiece => {
    const border = run.end === blocks.end ? range.end : blockBegin(run.end, level.period);
    const part: TimeRange = { begin, end: border };
    begin = border;
    const { first, end } = run;
    if (run.state !== "gap")
      return { kind: "blocks", first, end, state: run.state, range: part, uncut: common(run, edges.uncut) };
    const reading: TimeRange = {
      begin: first === blocks.first ? edges.reading.begin : part.begin,
      end: end === blocks.end ? edges.reading.end : part.end,
    };
    return { kind: "gap", first, end, range: part, reading, whole: common(run, edges.whole) };
  });
  return { level, range, blocks, pieces };
}

/** What is particular about the first and the last block of an answer. */
interface Edges {
  readonly reading: TimeRange;
  readonly whole: BlockSpan;
  readonly uncut: BlockSpan;
}

function edgesOf(level: Level, range: TimeRange, blocks: BlockSpan, valid: TimeRange | undefined): Edges {
  const { period, seconds } = level;
  if (seconds === 0) {
    const reading = grown(range, level, blocks, valid);
    return { reading, whole: blocksWithin(reading, period), uncut: blocksWithin(range, period) };
  }
  const lenient = lenientBins(level, range);
  const strict = binsIn(level, range, -centreSlack(seconds));
  const bins = lenient === undefined ? range : rangeOfBins(level, lenient);
  const reading = grown(bins, level, blocks, valid);
  const whole = {
    first: blocks.first + (isBlockBegin(reading.begin, blocks.first, level) ? 0 : 1),
    end: blocks.end - (isBlockBegin(reading.end, blocks.end, level) ? 0 : 1),
  };
  if (strict === undefined) return { reading, whole, uncut: { first: blocks.first, end: blocks.first } };
  const uncut = {
    first: strict.first.block + (strict.first.bin === 0 ? 0 : 1),
    end: strict.last.block + (isLastBin(level, strict.last) ? 1 : 0),
  };
  return { reading, whole, uncut };
}

/** A range to be read, as far as the blocks at its ends reach where there are no data beyond it. */
function grown(
  { begin, end }: TimeRange,
  { period }: Level,
  blocks: BlockSpan,
  valid?: TimeRange,
): TimeRange {
  if (valid === undefined) return { begin, end };
  const first = blockBegin(blocks.first, period);
  const last = blockBegin(blocks.end, period);
  return {
    begin: compareTimes(begin, valid.begin) <= 0 && compareTimes(first, begin) < 0 ? first : begin,
    end: compareTimes(end, valid.end) >= 0 && compareTimes(last, end) > 0 ? last : end,
  };
}

function lenientBins(level: BlockBins, range: TimeRange) {
  return binsIn(level, range, centreSlack(level.seconds));
}

function isBlockBegin(t: Time, block: number, { period }: Level): boolean {
  return compareTimes(t, blockBegin(block, period)) === 0;
}

/** Blocks side by side that are treated alike. */
interface ServedRun extends BlockSpan {
  readonly state: "present" | "empty" | "gap";
}

/** What is known of `blocks`, without holes: alike neighbours joined. */
function servedRuns(runs: readonly BlockRun[], blocks: BlockSpan): ServedRun[] {
  const served: { first: number; end: number; state: ServedRun["state"] }[] = [];
  const add = (end: number, state: ServedRun["state"]) => {
    const last = served.at(-1);
    const first = last?.end ?? blocks.first;
    if (end <= first) return;
    if (last?.state === state) last.end = end;
    else served.push({ first, end, state });
  };
  for (const { first, end, state } of runs) {
    add(Math.min(first, blocks.end), "gap");
    add(Math.min(end, blocks.end), state === "present" || state === "empty" ? state : "gap");
  }
  add(blocks.end, "gap");
  return served;
}

/** The blocks that are in both; none: `end` = `first`. */
function common(a: BlockSpan, b: BlockSpan): BlockSpan {
  const first = Math.min(Math.max(a.first, b.first), a.end);
  return { first, end: Math.max(first, Math.min(a.end, b.end)) };
}
