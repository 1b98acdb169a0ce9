import { type BlockSpan, blockBegin, blockRange, blocksOf, blocksWithin } from "../block-number.js";
import type { BlockPeriod, Level } from "../level.js";
import type { BuildJob, Urgency } from "./build-queue.js";

/** From the shortest on; each is made of whole ones of those before it. */
const PERIODS = [
  "persecond",
  "perminute",
  "hourly",
  "daily",
  "monthly",
  "yearly",
] as const satisfies readonly BlockPeriod[];

/**
 * The longest span that one job reads, unless a block is longer: a month. A failure costs no more than that, many workers can share
 * a wide range, and the reader is not started for every block of a short period.
 */
const LONGEST: BlockPeriod = "monthly";

/** Blocks of one level that are to be built. */
export interface MissingBlocks extends BlockSpan {
  readonly level: Pick<Level, "sourceId" | "params" | "period">;
}

/**
 * The jobs that build missing blocks: as few and as long as a month allows, and none is inside of another, whatever levels they are
 * for. A block is built by the job of its own period and number, or by a longer one that holds it and is wanted as a whole. So days
 * at the edges of a range of whole months are jobs of a day, and a block of a year is one job.
 *
 * @param missing blocks of levels of one source and the same words
 */
export function jobsFor(
  missing: readonly MissingBlocks[],
  urgency: Urgency,
  options: { readonly force?: boolean } = {},
): BuildJob[] {
  const spans = missing.flatMap(({ level, first, end }) =>
    first < end ? spansOf(level.period, { first, end }) : [],
  );
  const level = missing[0]?.level;
  if (level === undefined) return [];
  return withoutCovered(spans).map(({ period, number }) => ({
    sourceId: level.sourceId,
    params: level.params,
    period,
    number,
    urgency,
    ...(options.force === true ? { force: true } : {}),
  }));
}

/** A span that is one block of a period. */
interface JobSpan {
  readonly period: BlockPeriod;
  readonly number: number;
}

/** Blocks side by side as spans of the longest periods that fit, in order of time. */
function spansOf(period: BlockPeriod, blocks: BlockSpan): JobSpan[] {
  const longer = PERIODS[PERIODS.indexOf(period) + 1];
  if (longer === undefined || PERIODS.indexOf(period) >= PERIODS.indexOf(LONGEST))
    return numbers(blocks).map((number) => ({ period, number }));
  const range = { begin: blockBegin(blocks.first, period), end: blockBegin(blocks.end, period) };
  const whole = blocksWithin(range, longer);
  if (whole.first >= whole.end) return numbers(blocks).map((number) => ({ period, number }));
  const inside = blocksOf(
    { begin: blockBegin(whole.first, longer), end: blockBegin(whole.end, longer) },
    period,
  );
  return [
    ...numbers({ first: blocks.first, end: inside.first }).map((number) => ({ period, number })),
    ...spansOf(longer, whole),
    ...numbers({ first: inside.end, end: blocks.end }).map((number) => ({ period, number })),
  ];
}

function numbers({ first, end }: BlockSpan): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

/** Spans of which none lies inside of another, in order of time: periods nest, so two either nest or do not touch. */
function withoutCovered(spans: readonly JobSpan[]): JobSpan[] {
  const chosen = new Map(spans.map((span) => [nameOf(span), span]));
  const isCovered = ({ period, number }: JobSpan): boolean =>
    PERIODS.slice(PERIODS.indexOf(period) + 1).some((longer) =>
      chosen.has(nameOf({ period: longer, number: blocksOf(blockRange(number, period), longer).first })),
    );
  return [...chosen.values()].filter((span) => !isCovered(span)).sort(byTime);
}

function nameOf({ period, number }: JobSpan): string {
  return `${period} ${number}`;
}

function byTime(a: JobSpan, b: JobSpan): number {
  const [one, other] = [blockBegin(a.number, a.period), blockBegin(b.number, b.period)];
  return one.day - other.day || one.ns - other.ns;
}
