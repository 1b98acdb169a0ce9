import type { DataSource } from "../../dsdf/data-source.js";
import { trimToValidRange } from "../../dsdf/valid-range.js";
import { compareTimes, type TimeRange } from "../../stream/time.js";
import { type BlockSpan, blockBegin, blockRange, blocksOf } from "../block-number.js";
import { missingBlocks } from "../build/missing-blocks.js";
import { sourceNotBefore } from "../freshness/not-before.js";
import type { Level } from "../level.js";
import type { BuildJob } from "../queue/build-queue.js";
import type { MissingBlocks } from "../queue/jobs-for.js";
import type { BuildSite } from "./do-build.js";

/** Blocks of one level that are to be built, side by side. */
export interface WantedBlocks extends MissingBlocks {
  readonly level: Level;
}

/** What is to be built of a range, and how much there is of it. */
export interface WantedRange {
  readonly wanted: readonly WantedBlocks[];
  /** Blocks of all levels in the range. */
  readonly total: number;
}

/**
 * The blocks of a range that are missing or out of date, or with `force` all of them. The range is widened to whole blocks of the
 * shortest period, and cut to what the source has (`validRange`); longer blocks are wanted where all that they can hold lies in it, so
 * nobody who wants a day waits for a year. The disk is looked at where the index knows nothing.
 * Errors: INDEX_AWAY, TOO_MANY_BLOCKS, BAD_DEFINITION.
 */
export async function wantedBlocks(
  source: DataSource,
  levels: readonly Level[],
  range: TimeRange,
  site: Pick<BuildSite, "index" | "setting" | "now">,
  options: { readonly force?: boolean; readonly signal?: AbortSignal } = {},
): Promise<WantedRange> {
  const now = site.now();
  const valid = trimToValidRange(source.validRange, range, new Date(now));
  if (valid === undefined || levels.length === 0) return { wanted: [], total: 0 };
  const newest = await sourceNotBefore(source, { cacheRoot: site.setting.cacheRoot });
  const moment = { now, ...(newest === undefined ? {} : { notBefore: newest }) };
  const widened = levels
    .map((level) => hullOf(blocksOf(valid, level.period), level))
    .reduce((a, b) => (compareTimes(b.begin, a.begin) >= 0 && compareTimes(b.end, a.end) <= 0 ? b : a));
  const wanted: WantedBlocks[] = [];
  let total = 0;
  for (const level of levels) {
    const span = blocksInside(level, valid, widened, (block) =>
      trimToValidRange(source.validRange, block, new Date(now)),
    );
    total += span.end - span.first;
    const spans =
      options.force === true
        ? [span]
        : runsOf(await missingBlocks(site.index, level, span, moment, options.signal));
    wanted.push(...spans.map((one) => ({ level, ...one })));
  }
  return { wanted, total };
}

function hullOf({ first, end }: BlockSpan, { period }: Pick<Level, "period">): TimeRange {
  return { begin: blockBegin(first, period), end: blockBegin(end, period) };
}

/** The blocks of a level that a range touches and whose part in the valid range lies in another, wider one. */
function blocksInside(
  { period }: Pick<Level, "period">,
  touched: TimeRange,
  outer: TimeRange,
  validPart: (block: TimeRange) => TimeRange | undefined,
): BlockSpan {
  const { first, end } = blocksOf(touched, period);
  const isInside = (number: number): boolean => {
    const part = validPart(blockRange(number, period));
    if (part === undefined) return false;
    return compareTimes(part.begin, outer.begin) >= 0 && compareTimes(part.end, outer.end) <= 0;
  };
  // Only those at the edges can reach out.
  const from = isInside(first) ? first : first + 1;
  return { first: from, end: Math.max(from, end > from && !isInside(end - 1) ? end - 1 : end) };
}

/** How many blocks those are. */
export function countOf(wanted: readonly BlockSpan[]): number {
  return wanted.reduce((sum, { first, end }) => sum + end - first, 0);
}

/** How many of the wanted blocks a job builds. */
export function blocksInJob(
  job: Pick<BuildJob, "period" | "number">,
  wanted: readonly WantedBlocks[],
): number {
  const range = blockRange(job.number, job.period);
  return wanted.reduce((sum, { level, first, end }) => {
    const inside = blocksOf(range, level.period);
    // A block that is longer than the job is not built by it.
    const whole = blockRange(inside.first, level.period);
    if (compareTimes(whole.begin, range.begin) < 0 || compareTimes(whole.end, range.end) > 0) return sum;
    return sum + Math.max(0, Math.min(end, inside.end) - Math.max(first, inside.first));
  }, 0);
}

/** Numbers in order as runs of numbers side by side. */
function runsOf(numbers: readonly number[]): BlockSpan[] {
  const runs: { first: number; end: number }[] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.end === number) last.end++;
    else runs.push({ first: number, end: number + 1 });
  }
  return runs;
}
