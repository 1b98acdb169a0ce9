import type { BlockSpan } from "../block-number.js";
import type { BlockIndex, Moment } from "../index/block-index.js";
import type { Level } from "../level.js";
import { knownBlocks } from "./known-blocks.js";

/**
 * The blocks of a range that have to be built: those that neither the index nor the disk has, those of older servers being adopted
 * where they are whole. Stale blocks have to be built whatever the disk has.
 * Errors: INDEX_AWAY, TOO_MANY_BLOCKS; that of `signal`. Source: das2-server 15.2, 15.8.
 */
export async function missingBlocks(
  index: BlockIndex,
  level: Level,
  span: BlockSpan,
  moment: Moment,
  signal?: AbortSignal,
): Promise<readonly number[]> {
  if (span.end <= span.first) return [];
  const { runs } = await knownBlocks(index, level, span, moment, { signal });
  return runs.flatMap((run) => (run.state === "absent" || run.state === "stale" ? numbersOf(run) : []));
}

function numbersOf({ first, end }: BlockSpan): readonly number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
