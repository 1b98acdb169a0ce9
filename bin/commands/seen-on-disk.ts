import { knownBlocks } from "../../cache/build/known-blocks.js";
import type { BlockIndex } from "../../cache/index/block-index.js";
import type { CacheAccess } from "../../cgi/cache/access.js";

/** An index that looks on the disk for what it does not know. */
export interface SeenOnDisk {
  readonly index: CacheAccess["index"];
  /** What is to be said where time ran out before all was looked for; empty else. */
  readonly troubles: () => readonly string[];
}

/**
 * An index whose coverage has the blocks, too, that were put on the disk while it was away, and which has them on record from then on.
 * Those of older servers are left to a reindex.
 * @param ms for all looks at the disk together
 */
export function seenOnDisk(index: BlockIndex, ms: number): SeenOnDisk {
  const signal = AbortSignal.timeout(ms);
  let isPartly = false;
  return {
    index: {
      usage: () => index.usage(),
      details: (level, numbers) => index.details(level, numbers),
      async coverage(level, span, moment) {
        try {
          return await knownBlocks(index, level, span, moment, { mostAdopted: 0, signal });
        } catch (error) {
          if (!signal.aborted) throw error;
          isPartly = true;
          return await index.coverage(level, span, moment);
        }
      },
    },
    troubles: () =>
      isPartly
        ? ["not all of the disk was looked at: blocks that are not on record show as missing (cache reindex)"]
        : [],
  };
}
