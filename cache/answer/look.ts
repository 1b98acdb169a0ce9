import type { BlockSpan } from "../block-number.js";
import type { BlockDetails, BlockIndex, Coverage, Moment } from "../index/block-index.js";
import type { Level } from "../level.js";
import { adoptBlock } from "../store/adopt-block.js";
import { findBlocks } from "../store/find-blocks.js";
import { detailsOf } from "../store/sidecar-level.js";

/** Blocks of an older server that a request takes over itself; more are left to a reindex. */
const MOST_ADOPTED = 8;
/** Blocks that are put on record at once. */
const RECORDED_AT_ONCE = 1000;

/**
 * The state of some blocks, after what the index does not know has been looked for on the disk: an index that was lost, or was away
 * when a block was built, comes to know it so. Errors: INDEX_AWAY, TOO_MANY_BLOCKS.
 */
export async function lookForBlocks(
  index: BlockIndex,
  level: Level,
  span: BlockSpan,
  moment: Moment,
): Promise<Coverage> {
  const coverage = await index.coverage(level, span, moment);
  let isChanged = false;
  for (const { first, end, state } of coverage.runs)
    if (state === "absent" && (await recordFound(index, level, { first, end }))) isChanged = true;
  return isChanged ? await index.coverage(level, span, moment) : coverage;
}

/** Puts on record what the disk has of some blocks. Whether there was anything. */
async function recordFound(index: BlockIndex, level: Level, span: BlockSpan): Promise<boolean> {
  let found = false;
  let adopted = 0;
  for await (const { details, withoutSidecar } of findBlocks(level, span)) {
    const known: BlockDetails[] = details.filter(({ state }) => state !== "stale");
    for (const number of withoutSidecar) {
      if (adopted >= MOST_ADOPTED) break;
      adopted++;
      const sidecar = await adoptBlock(level, number);
      if (sidecar !== undefined) known.push(detailsOf(sidecar, number));
    }
    for (let at = 0; at < known.length; at += RECORDED_AT_ONCE)
      await index.record(level, known.slice(at, at + RECORDED_AT_ONCE));
    found ||= known.length > 0;
  }
  return found;
}
