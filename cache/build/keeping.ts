import type { DataSource } from "../../dsdf/data-source.js";
import type { BlockSpan } from "../block-number.js";
import type { Claim } from "../index/block-index.js";
import { type Level, levelName } from "../level.js";
import { KeptLevel } from "./kept-level.js";
import { Leases } from "./leases.js";
import type { LevelPass } from "./level-pass.js";
import { levelReducer } from "./level-reducer.js";
import { emptyBlock, type RunLevel } from "./level-run.js";
import { missingBlocks } from "./missing-blocks.js";
import { type BuildSurroundings, LEASE_MS } from "./surroundings.js";

/** A level of which blocks are to be kept, and the right to build them. */
export interface ClaimedLevel {
  readonly level: Level;
  readonly claims: readonly Claim[];
}

/** What was kept of a build. */
export interface KeptFacts {
  /** Blocks that were published, by name of the level. */
  readonly built: Readonly<Record<string, number>>;
  readonly bytes: number;
}

/** The blocks that one build keeps, at all levels, and the claims on them. {@link Keeping.end} is the last call. */
export class Keeping {
  readonly #around: BuildSurroundings;
  readonly #leases: Leases;
  readonly #kept: { readonly run: RunLevel; readonly keeper: KeptLevel }[] = [];

  constructor(around: BuildSurroundings) {
    this.#around = around;
    this.#leases = new Leases(around.index, around.leaseMs ?? LEASE_MS);
  }

  /** Takes over claims. */
  hold({ level, claims }: ClaimedLevel): void {
    this.#leases.add(level, claims);
  }

  /**
   * Takes the right to build the blocks of a range that are missing, or with `force` all of them; those that somebody else is building
   * are left out. Errors: INDEX_AWAY, TOO_MANY_BLOCKS.
   */
  async claim(level: Level, blocks: BlockSpan, force = false): Promise<ClaimedLevel> {
    const { index, owner, leaseMs = LEASE_MS, sourceMtimeMs, signal, now } = this.#around;
    const moment = { now: now(), ...(sourceMtimeMs !== undefined && { notBefore: sourceMtimeMs }) };
    const missing = force
      ? Array.from({ length: Math.max(0, blocks.end - blocks.first) }, (_, place) => blocks.first + place)
      : await missingBlocks(index, level, blocks, moment, signal);
    const claims = missing.length === 0 ? [] : await index.claim(level, missing, owner, leaseMs);
    const claimed = { level, claims };
    this.hold(claimed);
    return claimed;
  }

  /** The level in a run, its claimed blocks being kept. Errors: those of {@link levelReducer}. */
  async level(source: DataSource, { level, claims }: ClaimedLevel): Promise<RunLevel> {
    const { tools, pipelineOptions, now, sourceMtimeMs } = this.#around;
    const reducer = await levelReducer(source, level, tools, pipelineOptions.programs);
    const common = {
      builtMs: now(),
      ...(sourceMtimeMs !== undefined && { sourceMtimeMs }),
      madeFrom: { kind: "raw" } as const,
    };
    const wanted = claims.map(({ number }) => number);
    const keeper = new KeptLevel(level, wanted, common, reducer.kind === "bins");
    const run: RunLevel = {
      level,
      reducer,
      wants: (number) => keeper.wants(number),
      take: (number, item) => keeper.take(number, item),
      closed: (number, done) => keeper.closed(number, done),
      disordered: (number) => keeper.spoil(number),
      closesEarly: false,
    };
    this.#kept.push({ run, keeper });
    return run;
  }

  /** To be waited for before more is taken. */
  get busy(): Promise<unknown> | undefined {
    const waits = this.#kept.flatMap(({ keeper }) => keeper.busy);
    return waits.length === 0 ? undefined : Promise.all(waits);
  }

  /** Why some blocks are not kept. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#kept.find(({ keeper }) => keeper.failure !== undefined)?.keeper.failure;
  }

  /** Everything has been read, and well: brings all blocks to the disk and puts them in place. Errors: DISK_FULL, BUILD_FAILED. */
  async publish(pass: LevelPass, signal: AbortSignal): Promise<KeptFacts> {
    if (pass.stream === undefined) return { built: {}, bytes: 0 };
    for (const { run, keeper } of this.#kept)
      await keeper.finish(await emptyBlock(run.reducer, pass.stream, this.#around, signal));
    const built: Record<string, number> = {};
    let bytes = 0;
    for (const { keeper } of this.#kept) {
      const published = await keeper.publish(this.#around.index, this.#leases);
      const name = levelName(keeper.level);
      built[name] = (built[name] ?? 0) + published.blocks;
      bytes += published.bytes;
    }
    return { built, bytes };
  }

  /** Removes what was not published. */
  async abandon(): Promise<void> {
    await Promise.all(this.#kept.map(({ keeper }) => keeper.abandon()));
  }

  /** Removes what was not published, and gives the claims back. */
  async end(): Promise<void> {
    await this.abandon();
    await this.#leases.release();
  }
}
