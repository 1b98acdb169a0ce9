import type { DataSource } from "../../dsdf/data-source.js";
import { trimToValidRange } from "../../dsdf/valid-range.js";
import { asDasError, DasError } from "../../errors/das-error.js";
import { compareTimes, type TimeRange, timeToUs2000 } from "../../stream/time.js";
import { type BlockSpan, blockRange, blocksOf, blocksWithin } from "../block-number.js";
import type { Claim } from "../index/block-index.js";
import type { Level } from "../level.js";
import type { BuildJob, BuildReport } from "../queue/build-queue.js";
import {
  type ClaimedLevel,
  type FinerPart,
  planBuild,
  type RawPart,
  type RawRun,
  rawParts,
  rawRuns,
} from "./build-plan.js";
import { itemParts } from "./item-parts.js";
import { claimMissing, Keeping, type KeptFacts, NOTHING_KEPT, sumOfKept } from "./keeping.js";
import { Leases } from "./leases.js";
import { levelReducer } from "./level-reducer.js";
import { endedWell, levelsByReading, type RunLevel, startLevelRun } from "./level-run.js";
import { makeOfFiner } from "./made-of-finer.js";
import { missingBlocks } from "./missing-blocks.js";
import { type BuildSurroundings, LEASE_MS } from "./surroundings.js";

/**
 * Builds all blocks of a span that are missing, at all levels of one source and set of parameters: from one run of its reader, and
 * wider bins from finer blocks where they are complete and their packets would be read for nothing else. Blocks become visible only when
 * the whole pipeline has ended well; those that are there already, and those that somebody else is building, are left alone. Only the
 * part of the span in the valid range of the source is read.
 *
 * Errors: those of the pipeline; INDEX_AWAY, DISK_FULL, BUILD_FAILED; CANCELLED when the signal is aborted. No block is left of a run
 * that failed, and its claims are given back.
 * Source: das2-server 15.7, 15.8.
 */
export async function buildSpan(
  job: BuildJob,
  source: DataSource,
  levels: readonly Level[],
  around: BuildSurroundings,
): Promise<BuildReport> {
  const begunMs = around.now();
  const span = trimToValidRange(source.validRange, blockRange(job.number, job.period), new Date(begunMs));
  if (span === undefined) return { ...NOTHING_KEPT, skipped: 0, readerRuns: 0, ms: 0 };
  const leases = new Leases(around.index, around.leaseMs ?? LEASE_MS);
  try {
    const claimed: ClaimedLevel[] = [];
    let skipped = 0;
    for (const level of levels) {
      const blocks = blocksToBuild(job, level, span);
      const one = await claimMissing(level, blocks, leases, around, job.force);
      skipped += Math.max(0, blocks.end - blocks.first) - one.claims.length;
      if (one.claims.length > 0) claimed.push(one);
    }
    const build = new SpanBuild(source, span, levels, around, leases);
    await build.run(claimed);
    return { ...build.kept, skipped, readerRuns: build.readerRuns, ms: around.now() - begunMs };
  } finally {
    await leases.release();
  }
}

/** The blocks of a level that lie in the span of a job and have anything to do with the valid range. */
function blocksToBuild(job: BuildJob, level: Level, valid: TimeRange): BlockSpan {
  const whole = blocksWithin(blockRange(job.number, job.period), level.period);
  const touched = blocksOf(valid, level.period);
  return { first: Math.max(whole.first, touched.first), end: Math.min(whole.end, touched.end) };
}

/** The building of claimed blocks. */
class SpanBuild {
  readonly #source: DataSource;
  readonly #span: TimeRange;
  readonly #levels: readonly Level[];
  readonly #around: BuildSurroundings;
  readonly #leases: Leases;
  kept: KeptFacts = NOTHING_KEPT;
  readerRuns = 0;

  /** @param span what may be read */
  constructor(
    source: DataSource,
    span: TimeRange,
    levels: readonly Level[],
    around: BuildSurroundings,
    leases: Leases,
  ) {
    this.#source = source;
    this.#span = span;
    this.#levels = levels;
    this.#around = around;
    this.#leases = leases;
  }

  async run(claimed: readonly ClaimedLevel[]): Promise<void> {
    const { index, sourceMtimeMs, now, signal, tools, pipelineOptions } = this.#around;
    const joinable = new Set<Level>();
    for (const level of this.#levels) {
      const reducer = await levelReducer(this.#source, level, tools, pipelineOptions.programs);
      if (reducer.kind === "bins") joinable.add(level);
    }
    const moment = { now: now(), ...(sourceMtimeMs !== undefined && { notBefore: sourceMtimeMs }) };
    const { runs, finer } = await planBuild({
      levels: this.#levels,
      claimed,
      isJoinable: (level) => joinable.has(level),
      isPresent: async (level, span) =>
        (await missingBlocks(index, level, this.#valid(level, span), moment, signal)).length === 0,
    });
    await this.#readAll(runs);
    // What cannot be made of finer blocks after all is read.
    const left: RawPart[] = [];
    for (const part of finer) left.push(...rawParts(part.level, await this.#makeOfFiner(part)));
    await this.#readAll(rawRuns(left));
    this.#around.onProgress?.(1);
  }

  /** The blocks that have anything to do with the valid range. */
  #valid(level: Level, { first, end }: BlockSpan): BlockSpan {
    const touched = blocksOf(this.#span, level.period);
    return { first: Math.max(first, touched.first), end: Math.min(end, touched.end) };
  }

  async #readAll(runs: readonly RawRun[]): Promise<void> {
    const all = runs.reduce((sum, { range }) => sum + lengthUs(range), 0);
    let before = 0;
    for (const run of runs) {
      const range = common(run.range, this.#span);
      for (const group of levelsByReading(run.levels, this.#source, range, this.#around))
        await this.#read(group, range, (part) =>
          this.#around.onProgress?.((before + part * lengthUs(run.range)) / all),
        );
      before += lengthUs(run.range);
    }
  }

  /** One run of the reader and the blocks that are made of it. */
  async #read(
    group: readonly ClaimedLevel[],
    range: TimeRange,
    onProgress: (part: number) => void,
  ): Promise<void> {
    const stop = new AbortController();
    const signal = eitherOf(this.#around.signal, stop.signal);
    const keeping = new Keeping(this.#around, this.#leases);
    try {
      const runs: RunLevel[] = [];
      for (const one of group) runs.push(await keeping.level(this.#source, one));
      this.readerRuns++;
      const { pass, pipeline } = startLevelRun(this.#source, runs, range, this.#around, signal);
      const begin = timeToUs2000(range.begin);
      try {
        for await (const items of pipeline.items) {
          for (const item of items)
            for (const part of itemParts(item)) {
              pass.push(part);
              await pass.busy;
              await keeping.room();
              if (keeping.failure !== undefined) throw keeping.failure.error;
            }
          onProgress(Math.min(1, Math.max(0, (pass.position - begin) / lengthUs(range))));
        }
        pass.end();
        const outcome = await pipeline.outcome;
        if (outcome.kind === "failed") throw outcome.error;
        if (!endedWell(outcome)) throw new DasError("CANCELLED", "the build was given up");
        this.kept = sumOfKept(this.kept, await keeping.publish(pass, signal));
      } catch (error) {
        pass.abandon();
        throw asDasError(error, "the making of blocks");
      } finally {
        stop.abort();
        await pipeline.outcome;
      }
    } finally {
      await keeping.abandon();
    }
  }

  /** Makes blocks of a finer level. Returns the claims of those of which it could not. */
  async #makeOfFiner({ level, claims, from }: FinerPart): Promise<readonly Claim[]> {
    const { signal } = this.#around;
    const keeping = new Keeping(this.#around, this.#leases);
    const failed: Claim[] = [];
    try {
      const keeper = keeping.made({ level, claims });
      for (const claim of claims) {
        signal?.throwIfAborted();
        const blocks = this.#valid(from, blocksOf(blockRange(claim.number, level.period), from.period));
        if (await makeOfFiner(keeper, claim.number, { level: from, blocks }, () => keeping.room())) continue;
        await keeper.spoil(claim.number);
        failed.push(claim);
      }
      this.kept = sumOfKept(this.kept, await keeping.publish(undefined, signal ?? NEVER));
    } catch (error) {
      throw signal?.aborted === true ? new DasError("CANCELLED", "the build was given up") : error;
    } finally {
      await keeping.abandon();
    }
    return failed;
  }
}

const NEVER = new AbortController().signal;

/** A signal that is aborted with the first of both. */
function eitherOf(a: AbortSignal | undefined, b: AbortSignal): AbortSignal {
  return a === undefined ? b : AbortSignal.any([a, b]);
}

function lengthUs({ begin, end }: TimeRange): number {
  return timeToUs2000(end) - timeToUs2000(begin);
}

/** The part that is in both, which there is. */
function common(a: TimeRange, b: TimeRange): TimeRange {
  return {
    begin: compareTimes(a.begin, b.begin) < 0 ? b.begin : a.begin,
    end: compareTimes(a.end, b.end) > 0 ? b.end : a.end,
  };
}
