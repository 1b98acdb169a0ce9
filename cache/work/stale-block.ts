import type { Moment } from "../index/block-index.js";
import { encodeRecord } from "../index/block-record.js";
import { CoverageBuilder } from "../index/coverage-builder.js";
import type { Level } from "../level.js";
import { belongsTo, detailsOf } from "../store/sidecar-level.js";
import type { WalkedBlock } from "../store/walk-cache.js";
import { isOfOlderServer, levelOf } from "./cache-part.js";

/**
 * Whether a block on the disk would never be served as it is: made by another definition, of another data version, of data that changed
 * since, or open and too old; also one in no place of a level. A block of an older server is not, until it was read.
 * @param levels all levels of its source as it is defined now
 */
export function isStaleBlock(block: WalkedBlock, levels: readonly Level[], moment: Moment): boolean {
  const { sidecar, number, hasBlock } = block;
  const level = levelOf(block, levels);
  if (level === undefined || !hasBlock) return true;
  if (isOfOlderServer(block)) return false;
  if (sidecar === undefined || !levels.some((one) => belongsTo(sidecar, one, number))) return true;
  const coverage = new CoverageBuilder(level, { first: number, end: number + 1 }, moment);
  coverage.add(number, encodeRecord(detailsOf(sidecar, number)));
  return coverage.finish().runs[0]?.state === "stale";
}
