import { join } from "node:path";
import { asDasError } from "../../errors/das-error.js";
import type { BlockIndex } from "../index/block-index.js";
import type { Level } from "../level.js";
import { evict } from "../store/evict.js";
import { sweepLeftovers } from "../store/leftovers.js";
import { trimFolder } from "../store/trim-folder.js";
import type { WalkedBlock } from "../store/walk-cache.js";
import { levelOf } from "./cache-part.js";
import { Repeated } from "./repeated.js";
import { walkedLevel } from "./walked-level.js";

/** How often it is looked whether blocks have to make way, ms. */
const EVERY_MS = 60_000;
/** What dead writers have left goes when nobody has written to it for so long, ms. */
const LEFT_MS = 60_000;
/** How often it is looked for, in such looks: each day; and soon after the begin, for what was too young at the first. */
const SWEEP_EVERY = 1440;
const SWEEP_AGAIN = 2;
/** How often it is looked whether checksums have to make way, in such looks: each hour. */
const TRIM_EVERY = 60;
/** Blocks that an index forgets at once. */
const FORGOTTEN_AT_ONCE = 100;

/** A cache that is looked after. */
export interface KeptHouse {
  readonly cacheRoot: string;
  /** Bytes that blocks may take; 0 for any number. */
  readonly maxBytes: number;
  /** Bytes that checksums of exported files may take; 0 for any number. */
  readonly sumsMaxBytes: number;
  readonly index: BlockIndex;
  readonly log: (line: string) => void;
}

/**
 * Looks after a cache until it is stopped: blocks and checksums make way where they take more room than they may, and what dead writers
 * have left is removed. Any number of processes may do so.
 * @param everyMs pause between two looks
 */
export function keepHouse(house: KeptHouse, everyMs = EVERY_MS): Repeated {
  let looks = 0;
  let last: string | undefined;
  const say = (message: string | undefined): void => {
    if (message !== undefined && message !== last) house.log(`cache: ${message}`);
    last = message;
  };
  return new Repeated(everyMs, async (signal) => {
    try {
      if (looks % SWEEP_EVERY === 0 || looks === SWEEP_AGAIN)
        await sweepLeftovers(house.cacheRoot, LEFT_MS, { signal });
      if (looks % TRIM_EVERY === 0 && house.sumsMaxBytes > 0)
        await trimFolder(join(house.cacheRoot, "sums"), house.sumsMaxBytes, signal);
      looks++;
      const { pinnedBytes } = await makeRoom(house, signal);
      say(
        pinnedBytes > house.maxBytes
          ? `pinned levels take ${pinnedBytes} bytes of the ${house.maxBytes} of CACHE_MAX_BYTES: nothing else stays`
          : undefined,
      );
    } catch (error) {
      if (signal.aborted) return;
      say(asDasError(error, "the making of room").message);
    }
  });
}

/** What the making of room came to. */
export interface RoomMade {
  /** Blocks that were removed. */
  readonly removed: number;
  /** Room of pinned levels; 0 where it was not looked at, for there is room. */
  readonly pinnedBytes: number;
}

/**
 * Removes what was not used for the longest time where blocks take more room than they may; the index says whether they do, and is told
 * how much they take when they were counted.
 * Errors: INDEX_AWAY, BUILD_FAILED; that of `signal`
 */
export async function makeRoom(
  house: Omit<KeptHouse, "sumsMaxBytes">,
  signal?: AbortSignal,
): Promise<RoomMade> {
  const { cacheRoot, maxBytes, index } = house;
  if (maxBytes === 0 || (await index.usage()) <= maxBytes) return { removed: 0, pinnedBytes: 0 };
  const forgetting = new Forgetting(index);
  const { removed, bytesAfter, pinnedBytes } = await evict(cacheRoot, {
    maxBytes,
    onRemoved: (block) => forgetting.add(cacheRoot, block),
    ...(signal === undefined ? {} : { signal }),
  });
  await forgetting.end();
  await index.setUsage(bytesAfter);
  if (removed > 0) house.log(`cache: ${removed} blocks made way`);
  return { removed, pinnedBytes };
}

/** Has an index forget blocks that were removed, many at once. */
export class Forgetting {
  readonly #index: Pick<BlockIndex, "forget">;
  readonly #levels = new Map<string, { readonly level: Level; numbers: number[] }>();

  constructor(index: Pick<BlockIndex, "forget">) {
    this.#index = index;
  }

  /**
   * A block is forgotten of the level that its sidecar names, else of the one of `levels` in whose place it lies; where neither is known,
   * when it is next looked at.
   */
  async add(cacheRoot: string, block: WalkedBlock, levels: readonly Level[] = []): Promise<void> {
    const level = walkedLevel(cacheRoot, block) ?? levelOf(block, levels);
    if (level === undefined) return;
    const key = JSON.stringify([block.levelFolder, block.period, level.params]);
    const known = this.#levels.get(key) ?? { level, numbers: [] };
    this.#levels.set(key, known);
    known.numbers.push(block.number);
    if (known.numbers.length >= FORGOTTEN_AT_ONCE) await this.#forget(known);
  }

  async end(): Promise<void> {
    for (const known of this.#levels.values()) await this.#forget(known);
  }

  async #forget(known: { readonly level: Level; numbers: number[] }): Promise<void> {
    const { numbers } = known;
    known.numbers = [];
    if (numbers.length > 0) await this.#index.forget(known.level, numbers);
  }
}
