import type { BinAveragesOptions } from "../../reducers/binning/bin-averages.js";
import type { BlockPeriod } from "../level.js";
import type { BlockReducer } from "./block-reducer.js";
import type { EmitLevel, LevelItem } from "./level-item.js";
import type { BlockUs } from "./open-blocks.js";

/** What is made of the packets of one level. */
export interface LevelTask {
  readonly period: BlockPeriod;
  /** Whether anything is made of a block. */
  readonly wants: (number: number) => boolean;
  /** Makes the reducer of a block. */
  readonly reduce: (number: number, us: BlockUs, emit: EmitLevel) => BlockReducer;
  /** For a level of averages over bins: what is asked of the reducer for a block. Such levels are made together where they can be. */
  readonly binsOf?: ((number: number) => BinAveragesOptions) | undefined;
  /** Takes an item of a block. Batches may be re-used once it returns. */
  readonly take: (number: number, item: LevelItem) => void;
  /** A block has got its last packet; it is whole once `done` has resolved, where there is one. */
  readonly closed: (number: number, done: Promise<void> | undefined) => void;
  /** A packet came for a block that had been closed: what was made of it is not what its packets give. */
  readonly disordered: (number: number) => void;
  /** Whether a block is closed as soon as all of its ids are in a later one that has records, which whoever streams waits for. */
  readonly closesEarly: boolean;
}

/** Which ids have left a block for a later one. */
export class PassedBlocks {
  /** By id, the last block that had packets of it. */
  readonly #lastOf = new Map<number, number>();

  /** Packets of an id came for a block. */
  came(id: number, number: number): void {
    this.#lastOf.set(id, number);
  }

  /** Whether none of the ids is in the block any more. */
  hasPassed(number: number, ids: Iterable<number>): boolean {
    for (const id of ids) if (this.#lastOf.get(id) === number) return false;
    return true;
  }
}
