import { blockPath, SIDECAR_SUFFIX } from "../block-path.js";
import type { BlockIndex } from "../index/block-index.js";
import type { Level } from "../level.js";
import { adoptBlock } from "../store/adopt-block.js";
import { hasAdopted, unmarkAdopted } from "../store/adopted-mark.js";
import { findBlocks } from "../store/find-blocks.js";
import { readSidecar } from "../store/read-sidecar.js";
import { detailsOf } from "../store/sidecar-level.js";
import { walkCache } from "../store/walk-cache.js";

/** All blocks of a level, whatever their time: those of a second reach this number in the year 19,000. */
const ALL_BLOCKS = { first: -(2 ** 39), end: 2 ** 39 } as const;
/** Blocks that are put on record at once. */
const AT_ONCE = 1000;

/** What the disk has of a level. */
export interface Reindexed {
  readonly blocks: number;
  /** Of these, blocks of older servers that were adopted just now. */
  readonly adopted: number;
  /** Blocks of older servers that were not, for they are not whole, or not what their name says. */
  readonly refused: readonly number[];
  readonly bytes: number;
}

/**
 * Makes what an index knows of a level anew from the disk; blocks of older servers are adopted where they are whole.
 * Errors: INDEX_AWAY, DISK_FULL, BUILD_FAILED; that of `signal`.
 */
export async function reindexLevel(
  index: BlockIndex,
  level: Level,
  signal?: AbortSignal,
): Promise<Reindexed> {
  await index.forgetLevel(level);
  let [blocks, adopted, bytes] = [0, 0, 0];
  const refused: number[] = [];
  // Once all blocks of older servers have been built anew, bins of the level can be joined.
  let mayUnmark = await hasAdopted(level.folder);
  for await (const { details, withoutSidecar } of findBlocks(level, ALL_BLOCKS, signal)) {
    const all = [...details];
    if (mayUnmark) mayUnmark = !(await hasAdoptedBlock(level, details));
    for (const number of withoutSidecar) {
      const sidecar = await adoptBlock(level, number, signal === undefined ? {} : { signal });
      if (sidecar === undefined) {
        refused.push(number);
        continue;
      }
      adopted++;
      all.push(detailsOf(sidecar, number));
    }
    for (let at = 0; at < all.length; at += AT_ONCE) await index.record(level, all.slice(at, at + AT_ONCE));
    blocks += all.length;
    bytes += all.reduce((sum, one) => sum + one.bytes, 0);
  }
  if (mayUnmark && adopted === 0) await unmarkAdopted(level.folder);
  return { blocks, adopted, refused, bytes };
}

async function hasAdoptedBlock(
  level: Level,
  blocks: readonly { readonly number: number }[],
): Promise<boolean> {
  for (const { number } of blocks) {
    const read = await readSidecar(`${blockPath(level, number)}${SIDECAR_SUFFIX}`);
    if (read?.sidecar.adopted === true) return true;
  }
  return false;
}

/**
 * Counts the bytes of all blocks on the disk and has the index go by that.
 * Errors: INDEX_AWAY; that of `signal`.
 */
export async function correctUsage(
  index: Pick<BlockIndex, "setUsage">,
  cacheRoot: string,
  signal?: AbortSignal,
): Promise<number> {
  let bytes = 0;
  for await (const block of walkCache(cacheRoot, signal)) bytes += block.bytes;
  await index.setUsage(bytes);
  return bytes;
}
