import { modulo, wholeNanoseconds } from "../../dsdf/nanoseconds.js";
import { compareTimes, type TimeRange, timeToUs2000 } from "../../stream/time.js";
import { type BlockSpan, blockBegin, blockRange, blocksOf } from "../block-number.js";
import type { Claim } from "../index/block-index.js";
import type { Level } from "../level.js";
import { dividesPeriod } from "../plan/block-bins.js";

/** A level of which blocks are to be built, and the right to build them. */
export interface ClaimedLevel {
  readonly level: Level;
  readonly claims: readonly Claim[];
}

/** One run of the reader and the blocks that are made of it. */
export interface RawRun {
  readonly range: TimeRange;
  readonly levels: readonly ClaimedLevel[];
}

/** Blocks that are made of those of a finer level. */
export interface FinerPart extends ClaimedLevel {
  readonly from: Level;
}

/** How the blocks of a span come about: first what is read, then what is made of finer blocks, from fine to coarse. */
export interface BuildPlan {
  readonly runs: readonly RawRun[];
  readonly finer: readonly FinerPart[];
}

/** What is known of the levels of a span. */
export interface PlanFacts {
  /** All levels of the source for its parameters. */
  readonly levels: readonly Level[];
  readonly claimed: readonly ClaimedLevel[];
  /** Whether wider bins may be made of the bins of a level. */
  readonly isJoinable: (level: Level) => boolean;
  /** Whether all of some blocks of a level can be used as they are. */
  readonly isPresent: (level: Level, span: BlockSpan) => Promise<boolean>;
}

/**
 * Decides what is read and what is made of finer blocks. A block is made of packets where they are read anyway, for then it is exact to
 * the last bit; otherwise of a finer level that is complete there, or will be, so that a change of one record does not have a month
 * be read again; and of packets where there is none. Parts that lie far from each other are read in runs of their own.
 */
export async function planBuild({ levels, claimed, isJoinable, isPresent }: PlanFacts): Promise<BuildPlan> {
  const raw: RawPart[] = [];
  const finer: FinerPart[] = [];
  const willBe = new Map<Level, ReadonlySet<number>>();
  for (const { level, claims } of [...claimed].sort((a, b) => a.level.seconds - b.level.seconds)) {
    const sources = levels
      .filter((other) => isJoinable(other) && isJoinable(level) && canBeMadeOf(level, other))
      .sort((a, b) => b.seconds - a.seconds);
    const read = runsOf(raw.map(({ range }) => range));
    const toRead: Claim[] = [];
    const parts = new Map<Level, Claim[]>(sources.map((source) => [source, []]));
    for (const claim of claims) {
      const from =
        sources.length === 0
          ? undefined
          : await sourceOf(blockRange(claim.number, level.period), sources, read);
      (from === undefined ? toRead : parts.get(from))?.push(claim);
    }
    raw.push(...rawParts(level, toRead));
    for (const [from, some] of parts) if (some.length > 0) finer.push({ level, claims: some, from });
    willBe.set(level, new Set(claims.map(({ number }) => number)));
  }
  return { runs: rawRuns(raw), finer };

  async function sourceOf(
    range: TimeRange,
    sources: readonly Level[],
    read: readonly TimeRange[],
  ): Promise<Level | undefined> {
    if (read.some((run) => isWithin(range, run))) return undefined;
    for (const source of sources) if (await isThere(source, blocksOf(range, source.period))) return source;
    return undefined;
  }

  async function isThere(source: Level, span: BlockSpan): Promise<boolean> {
    const made = willBe.get(source);
    for (let first = span.first; first < span.end; ) {
      if (made?.has(first) === true) {
        first++;
        continue;
      }
      let end = first + 1;
      while (end < span.end && made?.has(end) !== true) end++;
      if (!(await isPresent(source, { first, end }))) return false;
      first = end;
    }
    return true;
  }
}

/** Whether every bin of a level is whole bins of another, in every block. */
export function canBeMadeOf(level: Level, finer: Level): boolean {
  const width = wholeNanoseconds(level.seconds);
  const part = wholeNanoseconds(finer.seconds);
  if (width === undefined || part === undefined || part === 0n || width <= part) return false;
  // Its bins are one grid, and the blocks of both begin on it.
  return (
    modulo(width, part) === 0n &&
    dividesPeriod(finer) &&
    dividesPeriod({ period: level.period, seconds: finer.seconds })
  );
}

/** Blocks side by side that are made of packets. */
export interface RawPart extends ClaimedLevel {
  readonly range: TimeRange;
}

/** Blocks of a level that are to be made of packets, those side by side together. */
export function rawParts(level: Level, claims: readonly Claim[]): readonly RawPart[] {
  const parts: { first: number; end: number; claims: Claim[] }[] = [];
  for (const claim of [...claims].sort((a, b) => a.number - b.number)) {
    const last = parts.at(-1);
    if (last?.end !== claim.number)
      parts.push({ first: claim.number, end: claim.number + 1, claims: [claim] });
    else {
      last.end++;
      last.claims.push(claim);
    }
  }
  return parts.map(({ first, end, claims: some }) => ({
    level,
    claims: some,
    range: { begin: blockBegin(first, level.period), end: blockBegin(end, level.period) },
  }));
}

/** The runs of the reader for some blocks, each with the blocks in it. */
export function rawRuns(parts: readonly RawPart[]): readonly RawRun[] {
  return runsOf(parts.map(({ range }) => range)).map((run) => {
    const levels = new Map<Level, Claim[]>();
    for (const { level, claims, range } of parts) {
      if (!isWithin(range, run)) continue;
      const all = levels.get(level) ?? [];
      levels.set(level, all);
      for (const claim of claims) all.push(claim);
    }
    return { range: run, levels: [...levels].map(([level, claims]) => ({ level, claims })) };
  });
}

/** Ranges joined where they touch, or where what lies between them is no longer than they are together. */
function runsOf(ranges: readonly TimeRange[]): readonly TimeRange[] {
  const runs: { begin: TimeRange["begin"]; end: TimeRange["end"]; wanted: number }[] = [];
  for (const range of [...ranges].sort((a, b) => compareTimes(a.begin, b.begin))) {
    const last = runs.at(-1);
    const length = timeToUs2000(range.end) - timeToUs2000(range.begin);
    const gap = last === undefined ? 0 : timeToUs2000(range.begin) - timeToUs2000(last.end);
    if (last === undefined || gap > last.wanted + length) runs.push({ ...range, wanted: length });
    else if (compareTimes(range.end, last.end) > 0) {
      last.wanted += Math.min(length, timeToUs2000(range.end) - timeToUs2000(last.end));
      last.end = range.end;
    }
  }
  return runs.map(({ begin, end }) => ({ begin, end }));
}

function isWithin(inner: TimeRange, outer: TimeRange): boolean {
  return compareTimes(inner.begin, outer.begin) >= 0 && compareTimes(inner.end, outer.end) <= 0;
}
