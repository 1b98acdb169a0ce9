import type { BlockSpan } from "../block-number.js";
import { knownBlocks } from "../build/known-blocks.js";
import type { BlockIndex, Coverage, Moment } from "../index/block-index.js";
import type { Level } from "../level.js";

/** Blocks of an older server that a request takes over itself; more are left to a reindex. */
const MOST_ADOPTED = 8;

/** The state of some blocks for a request; see {@link knownBlocks}. Errors: INDEX_AWAY, TOO_MANY_BLOCKS. */
export function lookForBlocks(
  index: BlockIndex,
  level: Level,
  span: BlockSpan,
  moment: Moment,
): Promise<Coverage> {
  return knownBlocks(index, level, span, moment, { mostAdopted: MOST_ADOPTED });
}
