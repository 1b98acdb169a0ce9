import { type DasError, isDasError } from "../../errors/das-error.js";
import type { BlockSpan } from "../block-number.js";
import type { BlockIndex } from "../index/block-index.js";
import type { Level } from "../level.js";
import type { MissingBlocks } from "../queue/jobs-for.js";
import { markChangedOnDisk } from "../store/changed-marks.js";
import { findBlocks } from "../store/find-blocks.js";

/** Blocks that are marked one by one; of wider spans the disk is asked which there are. */
const MOST_NUMBERS = 1000;

/** Blocks of one level that became stale, in order. */
export interface MarkedBlocks {
  readonly level: Level;
  readonly numbers: readonly number[];
  /** The index did not answer: blocks on the disk are marked, and all is to be done again. */
  readonly away?: DasError;
}

/**
 * Marks the blocks of some spans as out of date, in the index and beside the blocks. May be done again, and by several at once. What is
 * being built counts as changed first: what is published before that is marked on the disk, what is published after it is found to be out of date.
 *
 * Where the index is away, blocks are served from the disk, so that is marked all the same.
 *
 * @returns the blocks that were good until now
 * Errors: DISK_FULL, BUILD_FAILED; then all is to be done again.
 */
export async function markBlocks(
  level: Level,
  spans: readonly BlockSpan[],
  index: Pick<BlockIndex, "markChanged">,
  signal?: AbortSignal,
): Promise<MarkedBlocks> {
  const stale = new Set<number>();
  let away: DasError | undefined;
  for (const span of spans) {
    signal?.throwIfAborted();
    try {
      if (away === undefined) for (const number of await index.markChanged(level, span)) stale.add(number);
    } catch (error) {
      if (!isDasError(error, "INDEX_AWAY")) throw error;
      away = error;
    }
    for await (const numbers of onDisk(level, span, signal))
      for (const number of await markChangedOnDisk(level, numbers)) stale.add(number);
  }
  const numbers = [...stale].sort((a, b) => a - b);
  return { level, numbers, ...(away === undefined ? {} : { away }) };
}

async function* onDisk(
  level: Level,
  span: BlockSpan,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly number[]> {
  if (span.end - span.first <= MOST_NUMBERS) {
    yield Array.from({ length: span.end - span.first }, (_, n) => span.first + n);
    return;
  }
  for await (const { details } of findBlocks(level, span, signal)) yield details.map(({ number }) => number);
}

/** Marked blocks as spans of those side by side. */
export function markedSpans({ level, numbers }: MarkedBlocks): readonly MissingBlocks[] {
  const spans: { level: Level; first: number; end: number }[] = [];
  for (const number of numbers) {
    const last = spans.at(-1);
    if (last?.end === number) last.end++;
    else spans.push({ level, first: number, end: number + 1 });
  }
  return spans;
}
