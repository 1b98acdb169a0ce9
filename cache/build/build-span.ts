import type { DataSource } from "../../dsdf/data-source.js";
import { trimToValidRange } from "../../dsdf/valid-range.js";
import { asDasError, DasError } from "../../errors/das-error.js";
import { compareTimes, type TimeRange, timeToUs2000 } from "../../stream/time.js";
import { type BlockSpan, blockBegin, blockRange, blocksOf, blocksWithin } from "../block-number.js";
import type { Level } from "../level.js";
import type { BuildJob, BuildReport } from "../queue/build-queue.js";
import { type ClaimedLevel, Keeping, type KeptFacts } from "./keeping.js";
import { endedWell, levelsByReading, type RunLevel, startLevelRun } from "./level-run.js";
import type { BuildSurroundings } from "./surroundings.js";

/**
 * Builds all blocks of a span that are missing, at all levels of one source and set of parameters, from one run of its reader. Blocks
 * become visible only when the whole pipeline has ended well; those that are there already, and those that somebody else is building,
 * are left alone. Only the part of the span in the valid range of the source is read.
 *
 * Errors: those of the pipeline; INDEX_AWAY, DISK_FULL, BUILD_FAILED; CANCELLED when the signal is aborted. No block is left of a
 * build that failed, and its claims are given back.
 * Source: das2-server 15.7, 15.8.
 */
export async function buildSpan(
  job: BuildJob,
  source: DataSource,
  levels: readonly Level[],
  around: BuildSurroundings,
): Promise<BuildReport> {
  const begunMs = around.now();
  const built: Record<string, number> = {};
  let [skipped, bytes, readerRuns] = [0, 0, 0];
  const span = trimToValidRange(source.validRange, blockRange(job.number, job.period), new Date(begunMs));
  if (span === undefined) return { built, skipped, bytes, readerRuns, ms: 0 };
  const keeping = new Keeping(around);
  try {
    const claimed: ClaimedLevel[] = [];
    for (const level of levels) {
      const blocks = blocksToBuild(job, level, span);
      const one = await keeping.claim(level, blocks, job.force);
      skipped += Math.max(0, blocks.end - blocks.first) - one.claims.length;
      if (one.claims.length > 0) claimed.push(one);
    }
    const reading = claimed.length === 0 ? span : common(hull(claimed), span);
    const groups = levelsByReading(claimed, source, reading, around);
    for (const [place, group] of groups.entries()) {
      readerRuns++;
      const onProgress = (part: number) => around.onProgress?.((place + part) / groups.length);
      const facts = await buildGroup(source, group, reading, { ...around, onProgress });
      for (const [name, blocks] of Object.entries(facts.built)) built[name] = (built[name] ?? 0) + blocks;
      bytes += facts.bytes;
    }
    return { built, skipped, bytes, readerRuns, ms: around.now() - begunMs };
  } finally {
    await keeping.end();
  }

  /** One run of the reader and the blocks that are made of it. */
  async function buildGroup(
    from: DataSource,
    group: readonly ClaimedLevel[],
    reading: TimeRange,
    surroundings: BuildSurroundings,
  ): Promise<KeptFacts> {
    const stop = new AbortController();
    const { signal } = around;
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    const runs: RunLevel[] = [];
    for (const one of group) runs.push(await keeping.level(from, one));
    const { pass, pipeline } = startLevelRun(from, runs, reading, surroundings, either);
    const begin = timeToUs2000(reading.begin);
    const length = timeToUs2000(reading.end) - begin;
    try {
      for await (const items of pipeline.items) {
        for (const item of items) pass.push(item);
        await pass.busy;
        await keeping.busy;
        if (keeping.failure !== undefined) throw keeping.failure.error;
        surroundings.onProgress?.(Math.min(1, Math.max(0, (pass.position - begin) / length)));
      }
      pass.end();
      const outcome = await pipeline.outcome;
      if (outcome.kind === "failed") throw outcome.error;
      if (!endedWell(outcome)) throw new DasError("CANCELLED", "the build was given up");
      return await keeping.publish(pass, either);
    } catch (error) {
      pass.abandon();
      throw asDasError(error, "the making of blocks");
    } finally {
      stop.abort();
      await pipeline.outcome;
    }
  }
}

/** The blocks of a level that lie in the span of a job and have anything to do with the valid range. */
function blocksToBuild(job: BuildJob, level: Level, valid: TimeRange): BlockSpan {
  const whole = blocksWithin(blockRange(job.number, job.period), level.period);
  const touched = blocksOf(valid, level.period);
  return { first: Math.max(whole.first, touched.first), end: Math.min(whole.end, touched.end) };
}

/** The least range with all claimed blocks. */
function hull(claimed: readonly ClaimedLevel[]): TimeRange {
  const ranges = claimed.map(({ level, claims }) => {
    const numbers = claims.map(({ number }) => number);
    const least = numbers.reduce((a, b) => Math.min(a, b));
    const greatest = numbers.reduce((a, b) => Math.max(a, b));
    return { begin: blockBegin(least, level.period), end: blockBegin(greatest + 1, level.period) };
  });
  return ranges.reduce((a, b) => ({
    begin: compareTimes(a.begin, b.begin) <= 0 ? a.begin : b.begin,
    end: compareTimes(a.end, b.end) >= 0 ? a.end : b.end,
  }));
}

/** The part that is in both, which there is. */
function common(a: TimeRange, b: TimeRange): TimeRange {
  return {
    begin: compareTimes(a.begin, b.begin) < 0 ? b.begin : a.begin,
    end: compareTimes(a.end, b.end) > 0 ? b.end : a.end,
  };
}
