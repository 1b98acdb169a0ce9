import type { BlockSpan } from "../block-number.js";
import type { BlockIndex, BlockRun, Moment } from "../index/block-index.js";
import type { Level } from "../level.js";
import { adoptBlock } from "../store/adopt-block.js";
import { findBlocks } from "../store/find-blocks.js";
import { detailsOf } from "../store/sidecar-level.js";

/** Blocks that are put on record at a time. */
const MOST_RECORDED = 1000;

/**
 * The blocks of a range that have to be built: those that the index does not know are looked for on the disk and put on record, those of
 * older servers are adopted where they are whole. Stale blocks have to be built whatever the disk has.
 * Errors: INDEX_AWAY, TOO_MANY_BLOCKS. Source: das2-server 15.2, 15.8.
 */
export async function missingBlocks(
  index: BlockIndex,
  level: Level,
  span: BlockSpan,
  moment: Moment,
  signal?: AbortSignal,
): Promise<readonly number[]> {
  if (span.end <= span.first) return [];
  const before = await index.coverage(level, span, moment);
  const absent = before.runs.filter(({ state }) => state === "absent");
  let found = 0;
  for (const run of absent) found += await recordFound(index, level, run, signal);
  const { runs } = found === 0 ? before : await index.coverage(level, span, moment);
  return runs.flatMap((run) => (run.state === "absent" || run.state === "stale" ? numbersOf(run) : []));
}

async function recordFound(
  index: BlockIndex,
  level: Level,
  run: BlockRun,
  signal: AbortSignal | undefined,
): Promise<number> {
  let count = 0;
  for await (const { details, withoutSidecar } of findBlocks(level, run, signal)) {
    const all = [...details];
    for (const number of withoutSidecar) {
      const sidecar = await adoptBlock(level, number, signal === undefined ? {} : { signal });
      if (sidecar !== undefined) all.push(detailsOf(sidecar, number));
    }
    for (let at = 0; at < all.length; at += MOST_RECORDED)
      await index.record(level, all.slice(at, at + MOST_RECORDED));
    count += all.length;
  }
  return count;
}

function numbersOf({ first, end }: BlockSpan): readonly number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
