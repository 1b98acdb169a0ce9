import { isDasError } from "../../errors/das-error.js";
import type { BlockIndex } from "../index/block-index.js";
import type { Level } from "../level.js";
import { markChangedOnDisk } from "../store/changed-marks.js";
import { detailsOf } from "../store/sidecar-level.js";
import { type CommonFacts, KeptBlock } from "./kept-block.js";
import type { Leases } from "./leases.js";
import type { LevelItem } from "./level-item.js";

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
  readonly #finished = new Map<number, KeptBlock>();
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

  /** To be waited for before more is taken. */
  get busy(): readonly Promise<unknown>[] {
    const waits = [...this.#open.values()].flatMap(({ busy }) => busy ?? []);
    return this.#finishing.size >= AT_ONCE ? [...waits, Promise.race(this.#finishing)] : waits;
  }

  /** Takes an item of a block. Errors are kept, see {@link failure}. */
  take(number: number, item: LevelItem): void {
    if (!this.wants(number)) return;
    try {
      let block = this.#open.get(number);
      if (block === undefined) {
        block = new KeptBlock(this.level, number, this.#hasStatistics);
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
        this.#open.delete(number);
        this.#finished.set(number, block);
        if (this.#failure === undefined) await block.finish(facts);
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
    const block = this.#open.get(number) ?? this.#finished.get(number);
    this.#open.delete(number);
    this.#finished.delete(number);
    await block?.abandon();
  }

  /**
   * Waits until all blocks are on the disk, still aside; those of which nothing came hold no data.
   * @param empty what a block without data holds
   * Errors: DISK_FULL, BUILD_FAILED.
   */
  async finish(empty: (number: number) => readonly LevelItem[]): Promise<void> {
    await Promise.all(this.#finishing);
    const missing = [...this.#wanted].filter((number) => this.wants(number) && !this.#finished.has(number));
    await inGroups(missing, async (number) => {
      const block = new KeptBlock(this.level, number, false);
      this.#finished.set(number, block);
      for (const item of empty(number)) block.push(item);
      await block.finish(this.#common);
    });
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Puts the blocks in place of which the claim is still held. Errors: DISK_FULL, BUILD_FAILED. */
  async publish(index: BlockIndex, leases: Leases): Promise<Published> {
    let blocks = 0;
    let bytes = 0;
    const { level } = this;
    await inGroups([...this.#finished], async ([number, block]) => {
      const claim = leases.of(level, number);
      // Somebody else has it now: what changed since is known there.
      if (claim === undefined) return;
      const details = detailsOf(await block.publish(), number);
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

  /** Removes what was not published. */
  async abandon(): Promise<void> {
    this.#failure ??= { error: undefined };
    await Promise.all(this.#finishing);
    const left = [...this.#open.values(), ...this.#finished.values()];
    this.#open.clear();
    this.#finished.clear();
    await inGroups(left, async (block) => await block.abandon().catch(() => undefined));
  }
}

/** Does a step for each, some at the same time. The first error is thrown after those begun have ended. */
async function inGroups<T>(all: readonly T[], step: (one: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const results = await Promise.allSettled(all.slice(at, at + AT_ONCE).map(step));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }
}
