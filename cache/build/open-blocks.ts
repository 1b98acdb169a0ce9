import { timeToUs2000, us2000ToTime } from "../../stream/time.js";
import { blockNumber, blockRange } from "../block-number.js";
import type { BlockPeriod } from "../level.js";
import { NumberRuns } from "./number-runs.js";

/** The part of time of a block, us2000; `end` excluded. */
export interface BlockUs {
  readonly begin: number;
  readonly end: number;
}

/** Blocks of a level that are open at the same time: ids may cross a border at slightly different times. */
const MOST_OPEN = 4;

/** Years far beyond 1 to 9999. */
const FARTHEST_US = 1e18;

/** The part of time of a block. */
export function blockUs(number: number, period: BlockPeriod): BlockUs {
  const { begin, end } = blockRange(number, period);
  return { begin: timeToUs2000(begin), end: timeToUs2000(end) };
}

/** What is done with the blocks of a level. */
export interface BlockLife<B> {
  readonly period: BlockPeriod;
  /** Whether anything is made of a block. */
  readonly wants: (number: number) => boolean;
  /** Makes a block. @param again it had been closed before */
  readonly begin: (number: number, us: BlockUs, again: boolean) => B;
  /** A block gets no more packets. */
  readonly close: (block: B) => void;
}

/**
 * The blocks of a level that get packets, at most four; the one that got none for the longest time is closed for another. Memory does
 * not grow with the number of blocks.
 */
export class OpenBlocks<B extends { readonly number: number }> {
  readonly #life: BlockLife<B>;
  /** The one used last is the last. */
  #open: B[] = [];
  readonly #closed = new NumberRuns();
  /** The block of the position that was looked at last. */
  number = Number.NaN;
  us: BlockUs = { begin: 0, end: 0 };
  isWanted = false;

  constructor(life: BlockLife<B>) {
    this.#life = life;
  }

  /** Those that are open. */
  get all(): readonly B[] {
    return this.#open;
  }

  /** Looks for the block of a position, us2000: then `number`, `us` and `isWanted` tell of it. `false` for what is no position. */
  find(position: number): boolean {
    if (position >= this.us.begin && position < this.us.end) return true;
    if (!(Math.abs(position) < FARTHEST_US)) return false;
    const { period, wants } = this.#life;
    // By the nearest nanosecond: a position just before a border may be taken for the border.
    let number = blockNumber(us2000ToTime(position), period);
    let us = blockUs(number, period);
    if (position < us.begin) us = blockUs(--number, period);
    else if (position >= us.end) us = blockUs(++number, period);
    this.us = us;
    this.number = number;
    this.isWanted = wants(number);
    return true;
  }

  /** The block that was found last, which is wanted: begun where it is not open. */
  current(): B {
    const { number, us } = this;
    const last = this.#open.at(-1);
    if (last?.number === number) return last;
    const found = this.#open.find((block) => block.number === number);
    const block = found ?? this.#life.begin(number, us, this.#closed.has(number));
    this.#open = [...this.#open.filter((open) => open !== block), block];
    if (this.#open.length > MOST_OPEN) this.close(this.#open[0]!);
    return block;
  }

  /** Closes the blocks before one of that number, in order. */
  closeBefore(number: number): void {
    const ending = this.#open.filter((block) => block.number < number);
    for (const block of ending.sort((a, b) => a.number - b.number)) this.close(block);
  }

  /** Closes a block that is open. */
  close(block: B): void {
    this.#open = this.#open.filter((open) => open !== block);
    this.#closed.add(block.number);
    this.#life.close(block);
  }

  /** Lets go of all blocks, which are not closed. */
  drop(): readonly B[] {
    const open = this.#open;
    this.#open = [];
    return open;
  }
}
