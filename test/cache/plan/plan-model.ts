import fc from "fast-check";
import type { BlockRun, BlockState } from "../../../cache/block-state.js";
import type { BlockPeriod, Level } from "../../../cache/level.js";
import { type Time, type TimeRange, us2000ToTime } from "../../../stream/time.js";

/**
 * The slow model to which plans are compared: every bin is made one by one, in whole microseconds, and calendars are those of
 * JavaScript's `Date`. All instants are microseconds since 2000-01-01.
 */
export interface ModelBin {
  readonly block: number;
  readonly begin: number;
  /** End of the bin, or of the block, where that is earlier; of the last bin always the end of the block. */
  readonly end: number;
  readonly centre: number;
}

const DAY_US = 86_400e6;
const EPOCH_MS = Date.UTC(2000, 0, 1);

/** Begin of a block by `Date`. */
export function modelBegin(block: number, period: BlockPeriod): number {
  switch (period) {
    case "yearly":
      return (Date.UTC(2000 + block, 0, 1) - EPOCH_MS) * 1e3;
    case "monthly":
      return (Date.UTC(2000, block, 1) - EPOCH_MS) * 1e3;
    default:
      return block * { persecond: 1e6, perminute: 60e6, hourly: 3600e6, daily: DAY_US }[period];
  }
}

/** The block of an instant, found by stepping from a guess. */
export function modelBlock(us: number, period: BlockPeriod): number {
  const length = modelBegin(1, period) - modelBegin(0, period);
  let block = Math.floor(us / length);
  while (modelBegin(block, period) > us) block--;
  while (modelBegin(block + 1, period) <= us) block++;
  return block;
}

/** All bins of a block: those with their centre before its end. */
export function modelBins(block: number, { period, seconds }: Pick<Level, "period" | "seconds">): ModelBin[] {
  const begin = modelBegin(block, period);
  const end = modelBegin(block + 1, period);
  const width = Math.round(seconds * 1e6);
  const bins: { block: number; begin: number; end: number; centre: number }[] = [];
  for (let at = begin; at + width / 2 < end; at += width)
    bins.push({ block, begin: at, end: Math.min(at + width, end), centre: at + width / 2 });
  const last = bins.at(-1);
  if (last !== undefined) last.end = end;
  return bins;
}

export function inRange(us: number, begin: number, end: number): boolean {
  return us >= begin && us < end;
}

export function microseconds(t: Time): number {
  return t.day * DAY_US + t.ns / 1e3;
}

export function timeRange(begin: number, end: number): TimeRange {
  return { begin: us2000ToTime(begin), end: us2000ToTime(end) };
}

/** A level of which only what plans look at is of interest. */
export function level(period: BlockPeriod, seconds: number, number = 0): Level {
  return {
    sourceId: "Demo/Pump4",
    params: [],
    paramsName: "_noparam",
    number,
    seconds,
    period,
    resolutionName: seconds === 0 ? "intrinsic" : `bin-${seconds}s`,
    folder: "/nowhere",
    definition: "0123456789abcdef",
    freshness: { liveDelaySeconds: 0, openTtlSeconds: 0 },
  };
}

/** Widths in seconds: some divide the period, some do not, some are wider than it. */
const WIDTHS: Readonly<Record<BlockPeriod, readonly number[]>> = {
  persecond: [0.25, 0.3, 0.007, 1, 1.5],
  perminute: [1, 7, 11.5, 60, 90],
  hourly: [60, 700, 3600, 5400],
  daily: [600, 7000, 86_400, 100_000],
  monthly: [21_600, 86_400, 5 * 86_400, 100_000],
  yearly: [86_400, 7 * 86_400, 30 * 86_400],
};

export interface Situation {
  readonly level: Level;
  readonly begin: number;
  readonly end: number;
}

/**
 * A level with a range of time of some blocks, whose ends like to be where it matters: at borders of blocks, at edges and
 * centres of bins, and a microsecond beside them.
 * @param intrinsic whether the level may have no bins
 */
export function situations(intrinsic: boolean): fc.Arbitrary<Situation> {
  const periods = Object.keys(WIDTHS) as BlockPeriod[]; // the keys of the record
  return fc.constantFrom(...periods).chain((period) =>
    fc
      .tuple(
        fc.constantFrom(...(intrinsic ? [0] : []), ...WIDTHS[period]),
        // Up to the year 2250, about where whole microseconds end.
        fc.integer({ min: -150, max: 250 }),
        fc.integer({ min: 0, max: 6 }),
        edge(),
        edge(),
      )
      .map(([seconds, block, blocks, from, to]) => {
        const of = level(period, seconds);
        const one = place(of, block, from);
        const other = place(of, block + blocks, to);
        const begin = Math.min(one, other);
        return { level: of, begin, end: Math.max(one, other, begin + 1) };
      }),
  );
}

interface Edge {
  /** Part of the block. */
  readonly part: number;
  readonly at: "anywhere" | "border" | "edge" | "centre";
  readonly shift: number;
}

function edge(): fc.Arbitrary<Edge> {
  return fc.record({
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    at: fc.constantFrom("anywhere", "border", "edge", "centre"),
    shift: fc.constantFrom(0, 0, 0, -1, 1, -20_000, 20_000),
  });
}

function place(of: Level, block: number, { part, at, shift }: Edge): number {
  const begin = modelBegin(block, of.period);
  const within = Math.floor((modelBegin(block + 1, of.period) - begin) * part);
  const width = of.seconds * 1e6;
  if (at === "border") return begin + shift;
  if (at === "anywhere" || width === 0) return begin + within + shift;
  return Math.floor(begin + (Math.floor(within / width) + (at === "centre" ? 0.5 : 0)) * width) + shift;
}

/** Coverage of some blocks in states that follow each other in runs. */
export function coverageOf(first: number, end: number, stateOf: (block: number) => BlockState): BlockRun[] {
  const runs: { first: number; end: number; state: BlockState }[] = [];
  for (let block = first; block < end; block++) {
    const last = runs.at(-1);
    if (last?.state === stateOf(block)) last.end = block + 1;
    else runs.push({ first: block, end: block + 1, state: stateOf(block) });
  }
  return runs;
}
