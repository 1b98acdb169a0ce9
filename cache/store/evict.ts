import { SIDECAR_SUFFIX } from "../block-path.js";
import { lookAt } from "./file-identity.js";
import { isPinned } from "./pins.js";
import { readSidecar } from "./read-sidecar.js";
import { removeBlock } from "./remove-block.js";
import { type WalkedBlock, walkCache } from "./walk-cache.js";

/** Part of the quota that is left filled, so that not every new block has others make way. */
const FILL_TO = 0.9;
/** Blocks that are remembered in one pass over the cache; more passes are made where more have to go. */
const AT_ONCE = 50_000;

/** What eviction came to. */
export interface Eviction {
  /** Room of all blocks before, see {@link roomOfFile}. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Of these, of pinned levels. */
  readonly pinnedBytes: number;
  readonly removed: number;
}

/** How blocks make way. */
export interface EvictOptions {
  /** Room that all blocks together may take; 0: any. */
  readonly maxBytes: number;
  /** Told of each block that was removed, so that an index forgets it. */
  readonly onRemoved?: (block: WalkedBlock) => void | Promise<void>;
  readonly signal?: AbortSignal;
  /** Blocks remembered in one pass. */
  readonly atOnce?: number;
}

/**
 * Where blocks take more room than they may, removes those that were not used for the longest time until they fill 90 % of it. Blocks
 * of pinned levels stay, and count. Memory does not grow with the number of blocks.
 * Errors: BUILD_FAILED where a block cannot be removed; that of `signal`. Source: das2-server 15.8.
 */
export async function evict(cacheRoot: string, options: EvictOptions): Promise<Eviction> {
  const { maxBytes, onRemoved, signal, atOnce = AT_ONCE } = options;
  let bytesBefore: number | undefined;
  let removed = 0;
  for (;;) {
    const { bytes, pinnedBytes, oldest } = await survey(cacheRoot, atOnce, signal);
    bytesBefore ??= bytes;
    let left = bytes;
    const target = bytes > maxBytes || removed > 0 ? FILL_TO * maxBytes : bytes;
    if (maxBytes === 0 || left <= target) return { bytesBefore, bytesAfter: left, pinnedBytes, removed };
    const removedBefore = removed;
    for (const block of oldest) {
      if (left <= target) return { bytesBefore, bytesAfter: left, pinnedBytes, removed };
      signal?.throwIfAborted();
      const now = await unusedSince(block);
      if (now === undefined) continue;
      await removeBlock(block.path);
      left -= block.bytes;
      removed++;
      await onRemoved?.(now);
    }
    // All that may go is gone.
    if (removed === removedBefore || oldest.length < atOnce)
      return { bytesBefore, bytesAfter: left, pinnedBytes, removed };
  }
}

/** Room of all blocks and of those that stay, and those that go first, in order; at most `atOnce`. */
async function survey(
  cacheRoot: string,
  atOnce: number,
  signal: AbortSignal | undefined,
): Promise<{
  readonly bytes: number;
  readonly pinnedBytes: number;
  readonly oldest: readonly WalkedBlock[];
}> {
  const pinned = new Map<string, boolean>();
  let [bytes, pinnedBytes] = [0, 0];
  let oldest: WalkedBlock[] = [];
  for await (const block of walkCache(cacheRoot, signal)) {
    bytes += block.bytes;
    const isKept = pinned.get(block.levelFolder) ?? (await isPinned(block.levelFolder));
    pinned.set(block.levelFolder, isKept);
    if (isKept) {
      pinnedBytes += block.bytes;
      continue;
    }
    // A thousand bytes each: read again when it goes.
    oldest.push({ ...block, sidecar: undefined });
    if (oldest.length >= 2 * atOnce) oldest = firstOf(oldest, atOnce);
  }
  return { bytes, pinnedBytes, oldest: firstOf(oldest, atOnce) };
}

function firstOf(blocks: readonly WalkedBlock[], count: number): WalkedBlock[] {
  return [...blocks].sort((a, b) => a.usedMs - b.usedMs).slice(0, count);
}

/** A block with its sidecar, unless it was used or built since it was looked at. */
async function unusedSince(block: WalkedBlock): Promise<WalkedBlock | undefined> {
  const meta = `${block.path}${SIDECAR_SUFFIX}`;
  const now = await lookAt(block.hasSidecar ? meta : block.path);
  if (now !== undefined && now.mtimeMs !== block.usedMs) return undefined;
  return { ...block, sidecar: block.hasSidecar ? (await readSidecar(meta))?.sidecar : undefined };
}
