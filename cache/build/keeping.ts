import type { DataSource } from "../../dsdf/data-source.js";
import { DasError } from "../../errors/das-error.js";
import type { BlockSpan } from "../block-number.js";
import { type Level, levelName } from "../level.js";
import type { ClaimedLevel } from "./build-plan.js";
import type { CommonFacts } from "./kept-block.js";
import { KeptLevel } from "./kept-level.js";
import type { Leases } from "./leases.js";
import type { LevelPass } from "./level-pass.js";
import { levelReducer } from "./level-reducer.js";
import { emptyBlocks, type RunLevel } from "./level-run.js";
import { missingBlocks } from "./missing-blocks.js";
import { type BuildSurroundings, LEASE_MS } from "./surroundings.js";

/** What was kept of a build. */
export interface KeptFacts {
  /** Blocks that were published, by name of the level. */
  readonly built: Readonly<Record<string, number>>;
  readonly bytes: number;
}

export const NOTHING_KEPT: KeptFacts = { built: {}, bytes: 0 };

/** What was kept of two builds. */
export function sumOfKept(a: KeptFacts, b: KeptFacts): KeptFacts {
  const built: Record<string, number> = { ...a.built };
  for (const [name, blocks] of Object.entries(b.built)) built[name] = (built[name] ?? 0) + blocks;
  return { built, bytes: a.bytes + b.bytes };
}

/**
 * Takes the right to build the blocks of a range that are missing, or with `force` all of them; those that somebody else is building
 * are left out. Errors: INDEX_AWAY, TOO_MANY_BLOCKS.
 */
export async function claimMissing(
  level: Level,
  blocks: BlockSpan,
  leases: Leases,
  around: BuildSurroundings,
  force = false,
): Promise<ClaimedLevel> {
  const { index, owner, leaseMs = LEASE_MS, sourceMtimeMs, signal, now } = around;
  const moment = { now: now(), ...(sourceMtimeMs !== undefined && { notBefore: sourceMtimeMs }) };
  const missing = force
    ? Array.from({ length: Math.max(0, blocks.end - blocks.first) }, (_, place) => blocks.first + place)
    : await missingBlocks(index, level, blocks, moment, signal);
  const taken = missing.length === 0 ? [] : await index.claim(level, missing, owner, leaseMs);
  leases.add(level, taken);
  if (force || taken.length === 0) return { level, claims: taken };
  // Somebody may have built some between the look and the claim.
  const left = new Set(await missingBlocks(index, level, blocks, moment, signal));
  const claims = taken.filter(({ number }) => left.has(number));
  if (claims.length < taken.length)
    await leases.give(
      level,
      taken.filter((claim) => !left.has(claim.number)),
    );
  return { level, claims };
}

/** The blocks that one run keeps, at all of its levels. Either {@link Keeping.publish} or {@link Keeping.abandon} is the last call. */
export class Keeping {
  readonly #around: BuildSurroundings;
  readonly #leases: Leases;
  readonly #kept: { readonly keeper: KeptLevel; readonly run: RunLevel | undefined }[] = [];

  constructor(around: BuildSurroundings, leases: Leases) {
    this.#around = around;
    this.#leases = leases;
  }

  /** The level in a run of the reader, its claimed blocks being kept. Errors: those of {@link levelReducer}. */
  async level(source: DataSource, claimed: ClaimedLevel): Promise<RunLevel> {
    const { tools, pipelineOptions, now, sourceMtimeMs } = this.#around;
    const { level } = claimed;
    const reducer = await levelReducer(source, level, tools, pipelineOptions.programs);
    const keeper = this.#keeper(claimed, reducer.kind === "bins", {
      builtMs: now(),
      ...(sourceMtimeMs !== undefined && { sourceMtimeMs }),
      madeFrom: { kind: "raw" },
    });
    const run: RunLevel = {
      level,
      reducer,
      wants: (number) => keeper.wants(number),
      take: (number, item) => keeper.take(number, item),
      closed: (number, done) => keeper.closed(number, done),
      disordered: (number) => {
        // What cannot be removed now is, at the latest, when it is known that nobody writes it any more.
        keeper.spoil(number).catch(() => undefined);
      },
      closesEarly: false,
    };
    this.#kept.push({ run, keeper });
    return run;
  }

  /** A level whose blocks are made in another way; each is to be closed with what it was made of, or spoilt. */
  made(claimed: ClaimedLevel): KeptLevel {
    const keeper = this.#keeper(claimed, true, { builtMs: this.#around.now(), madeFrom: { kind: "raw" } });
    this.#kept.push({ run: undefined, keeper });
    return keeper;
  }

  /** Waits until more may be taken. */
  async room(): Promise<void> {
    for (const { keeper } of this.#kept)
      for (let wait = keeper.busy; wait !== undefined; wait = keeper.busy) await wait;
  }

  /** Why some blocks are not kept. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#kept.find(({ keeper }) => keeper.failure !== undefined)?.keeper.failure;
  }

  /**
   * Everything has been read, and well: brings all blocks to the disk and puts them in place. Claimed blocks of which nothing came hold
   * no data. Errors: DISK_FULL, BUILD_FAILED.
   */
  async publish(pass: LevelPass | undefined, signal: AbortSignal): Promise<KeptFacts> {
    for (const { run, keeper } of this.#kept)
      await keeper.finish(async () => {
        if (run === undefined || pass?.stream === undefined)
          throw new DasError("BUILD_FAILED", "the reader wrote no stream header");
        return await emptyBlocks(run, pass.stream, this.#around, signal);
      });
    const published = await allOf(
      this.#kept.map(async ({ keeper }) => {
        const { blocks, bytes } = await keeper.publish(this.#around.index, this.#leases);
        return { built: { [levelName(keeper.level)]: blocks }, bytes };
      }),
    );
    return published.reduce(sumOfKept, NOTHING_KEPT);
  }

  /** Removes what was not published. */
  async abandon(): Promise<void> {
    await Promise.all(this.#kept.map(({ keeper }) => keeper.abandon()));
  }

  #keeper({ level, claims }: ClaimedLevel, hasStatistics: boolean, common: CommonFacts): KeptLevel {
    const wanted = claims.map(({ number }) => number);
    return new KeptLevel(level, wanted, common, hasStatistics);
  }
}

/** What all give; the first error is thrown after all have ended. */
async function allOf<T>(steps: readonly Promise<T>[]): Promise<readonly T[]> {
  const results = await Promise.allSettled(steps);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
