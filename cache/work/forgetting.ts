import type { BlockIndex } from "../index/block-index.js";
import type { Level } from "../level.js";
import type { WalkedBlock } from "../store/walk-cache.js";
import { levelOf } from "./cache-part.js";
import { walkedLevel } from "./walked-level.js";

/** Blocks that an index forgets at once. */
const FORGOTTEN_AT_ONCE = 100;

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

  /** What was added is forgotten. */
  async end(): Promise<void> {
    for (const known of this.#levels.values()) await this.#forget(known);
  }

  async #forget(known: { readonly level: Level; numbers: number[] }): Promise<void> {
    const { numbers } = known;
    known.numbers = [];
    if (numbers.length > 0) await this.#index.forget(known.level, numbers);
  }
}
