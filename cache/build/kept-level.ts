import { isDasError } from "../../errors/das-error.js";
import type { BlockIndex } from "../index/block-index.js";
import type { Level } from "../level.js";
import { abandonFinished, publishFinished } from "../store/block-writer.js";
import { markChangedOnDisk } from "../store/changed-marks.js";
import { detailsOf } from "../store/sidecar-level.js";
import { asideNames } from "../store/temporary-name.js";
import { type CommonFacts, KeptBlock } from "./kept-block.js";
import type { Leases } from "./leases.js";
import type { LevelItem } from "./level-item.js";
import { NumberRuns } from "./number-runs.js";

/** Blocks that are brought to the disk at the same time. */
const AT_ONCE = 8;

/** What was published of a level. */
export interface Published {
  readonly blocks: number;
  readonly bytes: number;
}

/**
 * The blocks of one level that a build keeps: written as their records come, and put in place together once it is known that the
 * build ended well.
 */
export class KeptLevel {
  readonly level: Level;
  readonly #wanted: ReadonlySet<number>;
  readonly #common: CommonFacts;
  readonly #hasStatistics: boolean;
  readonly #open = new Map<number, KeptBlock>();
  readonly #names = asideNames();
  /** Blocks that are whole, aside: nothing else is kept of them, for there may be very many. */
  readonly #finished = new NumberRuns();
  readonly #spoilt = new Set<number>();
  readonly #finishing = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** @param wanted numbers of the blocks to be kept, all of them claimed */
  constructor(level: Level, wanted: Iterable<number>, common: CommonFacts, hasStatistics: boolean) {
    this.level = level;
    this.#wanted = new Set(wanted);
    this.#common = common;
    this.#hasStatistics = hasStatistics;
  }

  /** Whether a block is to be kept. */
  wants(number: number): boolean {
    return this.#failure === undefined && this.#wanted.has(number) && !this.#spoilt.has(number);
  }

  /** Why no block is kept any more. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** To be waited for before more is taken, and asked for again then. Never rejected. */
  get busy(): Promise<unknown> | undefined {
    if (this.#finishing.size > AT_ONCE) return Promise.race(this.#finishing);
    if (this.#failure !== undefined) return undefined;
    const waits = [...this.#open.values()].flatMap(({ busy }) => busy ?? []);
    if (waits.length === 0) return undefined;
    return Promise.all(waits).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** Takes an item of a block. Errors are kept, see {@link failure}. */
  take(number: number, item: LevelItem): void {
    if (!this.wants(number)) return;
    try {
      let block = this.#open.get(number);
      if (block === undefined) {
        block = new KeptBlock(this.level, number, this.#hasStatistics, this.#names);
        this.#open.set(number, block);
      }
      block.push(item);
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  /**
   * A block has all of its records, once `done` has resolved.
   * @param facts where they are not those of all blocks
   */
  closed(number: number, done: Promise<void> | undefined, facts: CommonFacts = this.#common): void {
    const step = (async () => {
      try {
        await done;
        const block = this.#open.get(number);
        if (block === undefined) return;
        await this.#finish(number, block, facts);
      } catch (error) {
        this.#failure ??= { error };
      }
    })();
    this.#finishing.add(step);
    void step.then(() => this.#finishing.delete(step));
  }

  /** What there is of a block is not what its packets give: it is not kept. */
  async spoil(number: number): Promise<void> {
    this.#spoilt.add(number);
    await Promise.all(this.#finishing);
    await this.#abandon(number);
  }

  /**
   * Waits until all blocks are on the disk, still aside; those of which nothing came hold no data.
   * @param emptyBlocks tells what blocks without data hold, by number; asked where there are any
   * Errors: DISK_FULL, BUILD_FAILED, those of `emptyBlocks`.
   */
  async finish(emptyBlocks: () => Promise<(number: number) => readonly LevelItem[]>): Promise<void> {
    await Promise.all(this.#finishing);
    let asked: ReturnType<typeof emptyBlocks> | undefined;
    await atOnce(this.#wanted, async (number) => {
      if (!this.wants(number) || this.#finished.has(number)) return;
      asked ??= emptyBlocks();
      const items = (await asked)(number);
      const block = new KeptBlock(this.level, number, false, this.#names);
      this.#open.set(number, block);
      for (const item of items) block.push(item);
      await this.#finish(number, block, this.#common);
    });
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Puts the blocks in place of which the claim is still held. Errors: DISK_FULL, BUILD_FAILED. */
  async publish(index: BlockIndex, leases: Leases): Promise<Published> {
    let blocks = 0;
    let bytes = 0;
    const { level } = this;
    await atOnce(this.#wanted, async (number) => {
      if (!this.wants(number) || !this.#finished.has(number)) return;
      const claim = leases.of(level, number);
      // Somebody else has it now: what changed since is known there.
      if (claim === undefined) return;
      const details = detailsOf(await publishFinished(level, number, this.#names), number);
      this.#finished.delete(number);
      blocks++;
      bytes += details.bytes;
      try {
        if ((await index.publish(level, details, claim)) === "outdated")
          await markChangedOnDisk(level, [number]);
        leases.ended(level, number);
      } catch (error) {
        // The disk has it, which is what counts; the index finds it there.
        if (!isDasError(error, "INDEX_AWAY")) throw error;
      }
    });
    return { blocks, bytes };
  }

  /** Removes what was not published. To be called at the end in any case. */
  async abandon(): Promise<void> {
    this.#failure ??= { error: undefined };
    await Promise.all(this.#finishing);
    await atOnce(this.#wanted, async (number) => await this.#abandon(number).catch(() => undefined));
    this.#names.end();
  }

  async #finish(number: number, block: KeptBlock, facts: CommonFacts): Promise<void> {
    if (this.#failure !== undefined) return;
    await block.finish(facts);
    this.#open.delete(number);
    this.#finished.add(number);
  }

  async #abandon(number: number): Promise<void> {
    const block = this.#open.get(number);
    this.#open.delete(number);
    if (block !== undefined) await block.abandon();
    else if (this.#finished.has(number)) {
      this.#finished.delete(number);
      await abandonFinished(this.level, number, this.#names);
    }
  }
}

/** Does a step for each, some at the same time. The first error is thrown after those begun have ended. */
async function atOnce<T>(all: Iterable<T>, step: (one: T) => Promise<void>): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const iterator = all[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true && failure === undefined; next = iterator.next())
      try {
        await step(next.value);
      } catch (error) {
        failure ??= { error };
      }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failure !== undefined) throw failure.error;
}
