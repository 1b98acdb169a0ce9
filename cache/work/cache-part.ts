import { existsSync } from "node:fs";
import { compareTimes, type TimeRange } from "../../stream/time.js";
import { blockRange } from "../block-number.js";
import { STATISTICS_SUFFIX } from "../block-path.js";
import type { Level } from "../level.js";
import { type WalkedBlock, walkCache } from "../store/walk-cache.js";
import { walkedSource } from "./walked-level.js";

/** Which blocks of a cache are meant; what is missing says nothing. */
export interface CachePart {
  readonly cacheRoot: string;
  readonly sourceId?: string;
  /** Of these alone; blocks of folders that no definition names any more are in none. */
  readonly levels?: readonly Level[];
  /** Blocks that have any time of it. */
  readonly range?: TimeRange;
}

/** The blocks of a part of a cache as they are on the disk, those of definitions that are gone included. */
export async function* blocksOfPart(
  { cacheRoot, sourceId, levels, range }: CachePart,
  signal?: AbortSignal,
): AsyncGenerator<WalkedBlock, void, undefined> {
  for await (const block of walkCache(cacheRoot, signal)) {
    if (sourceId !== undefined && walkedSource(cacheRoot, block.levelFolder) !== sourceId) continue;
    if (levels !== undefined && levelOf(block, levels) === undefined) continue;
    if (range !== undefined && !touches(block, range)) continue;
    yield block;
  }
}

/** The level in whose place a block lies. */
export function levelOf(
  { levelFolder, period, resolutionName }: WalkedBlock,
  levels: readonly Level[],
): Level | undefined {
  return levels.find(
    (level) =>
      level.folder === levelFolder && level.period === period && level.resolutionName === resolutionName,
  );
}

/** Whether an older server made a block: it has nothing beside it. One that lost its sidecar still has its companion. */
export function isOfOlderServer({ path, hasBlock, hasSidecar }: WalkedBlock): boolean {
  return hasBlock && !hasSidecar && !existsSync(`${path}${STATISTICS_SUFFIX}`);
}

function touches({ number, period }: WalkedBlock, range: TimeRange): boolean {
  const { begin, end } = blockRange(number, period);
  return compareTimes(begin, range.end) < 0 && compareTimes(end, range.begin) > 0;
}
