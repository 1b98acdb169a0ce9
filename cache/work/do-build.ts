import type { DataSource } from "../../dsdf/data-source.js";
import { DasError } from "../../errors/das-error.js";
import { makeTime, type TimeRange } from "../../stream/time.js";
import { blockRange, blocksWithin } from "../block-number.js";
import { buildSpan } from "../build/build-span.js";
import type { BuildSurroundings } from "../build/surroundings.js";
import { sourceNotBefore } from "../freshness/not-before.js";
import type { BlockIndex } from "../index/block-index.js";
import type { Level } from "../level.js";
import { needsMeasuring } from "../levels/auto-levels.js";
import type { LevelSetting } from "../levels/level-setting.js";
import { levelsOfWords } from "../levels/levels-of.js";
import { measureAndKeep } from "../levels/measure-and-keep.js";
import type { BuildJob, BuildReport, DoBuild } from "../queue/build-queue.js";
import { untilUnclaimed } from "./claimed-elsewhere.js";
import { countOf, type WantedBlocks, wantedBlocks } from "./wanted-blocks.js";

/** What builds of a site need, whoever does them. */
export interface BuildSite {
  /** The source of an id, as it is defined now. Errors: BAD_DEFINITION. */
  readonly findSource: (id: string) => Promise<DataSource | undefined>;
  readonly setting: LevelSetting;
  readonly index: BlockIndex;
  /** How readers are run. */
  readonly pipelineOptions: BuildSurroundings["pipelineOptions"];
  /** Names who builds, for people: `host:pid:random`. */
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How long a claim on blocks outlives who made it; default that of {@link BuildSurroundings.leaseMs}. */
  readonly leaseMs?: number;
}

/** How often a span is looked at again because some of its blocks were missing after all. */
const MOST_ROUNDS = 3;

/**
 * What a worker of a site does with a job. A definition is looked at anew for each, so an edited one takes effect; a source whose levels
 * are to be chosen by itself (`auto`) is measured first. Blocks that somebody else was building, who has died since, and those whose
 * data changed while they were built, are built before the job ends.
 * Errors of a build: NO_SUCH_SOURCE, BAD_DEFINITION; BAD_PARAMETER where the source keeps no blocks for these words; those of
 * {@link buildSpan} and {@link measureAndKeep}.
 */
export function buildsOf(site: BuildSite): DoBuild {
  return async (job, onProgress, signal) => {
    const source = await site.findSource(job.sourceId);
    if (source === undefined)
      throw new DasError("NO_SUCH_SOURCE", `there is no source ${JSON.stringify(job.sourceId)}`);
    const levels = await currentLevels(source, job.params, site, signal);
    if (levels.length === 0)
      throw new DasError("BAD_PARAMETER", `${source.id} keeps no blocks for these reader parameters`);
    const { cacheRoot, tools } = site.setting;
    const newest = await sourceNotBefore(source, { cacheRoot });
    const around: BuildSurroundings = {
      index: site.index,
      tools,
      pipelineOptions: site.pipelineOptions,
      owner: site.owner,
      now: site.now,
      signal,
      onProgress,
      ...(site.leaseMs === undefined ? {} : { leaseMs: site.leaseMs }),
      ...(newest === undefined ? {} : { sourceMtimeMs: newest }),
    };
    let report = await buildSpan(job, source, levels, around);
    let left = Number.POSITIVE_INFINITY;
    for (let round = 1; round < MOST_ROUNDS; round++) {
      const { wanted } = await wantedBlocks(source, levelsWithin(job, levels), rangeOf(job), site, {
        signal,
      });
      if (wanted.length === 0 || countOf(wanted) >= left) break;
      left = countOf(wanted);
      const others = await untilUnclaimed(wanted, site, signal);
      // What nobody had and no change touched was tried just now, and could not be kept.
      if (others === "none" && !(await haveChanged(wanted, site, newest))) break;
      const { force: _, ...rest } = job;
      report = sumOf(report, await buildSpan(rest, source, levels, around));
    }
    return report;
  };
}

/** Whether data of blocks changed after they were built. */
async function haveChanged(
  wanted: readonly WantedBlocks[],
  { index, now }: BuildSite,
  notBefore: number | undefined,
): Promise<boolean> {
  const moment = { now: now(), ...(notBefore === undefined ? {} : { notBefore }) };
  for (const { level, first, end } of wanted) {
    const { runs } = await index.coverage(level, { first, end }, moment);
    if (runs.some(({ state }) => state === "stale")) return true;
  }
  return false;
}

/** Levels that have blocks in the span of a job. */
function levelsWithin(job: BuildJob, levels: readonly Level[]): readonly Level[] {
  return levels.filter(({ period }) => {
    const { first, end } = blocksWithin(rangeOf(job), period);
    return end > first;
  });
}

function rangeOf({ number, period }: BuildJob): TimeRange {
  return blockRange(number, period);
}

function sumOf(a: BuildReport, b: BuildReport): BuildReport {
  const built = { ...a.built };
  for (const [name, blocks] of Object.entries(b.built)) built[name] = (built[name] ?? 0) + blocks;
  return {
    built,
    skipped: b.skipped,
    bytes: a.bytes + b.bytes,
    readerRuns: a.readerRuns + b.readerRuns,
    ms: a.ms + b.ms,
  };
}

/**
 * The levels of a source for sorted words; where they are to be chosen by itself and are not yet, they are now.
 * Errors: those of {@link measureAndKeep}.
 */
export async function currentLevels(
  source: DataSource,
  sortedWords: readonly string[],
  { setting, pipelineOptions, now }: Pick<BuildSite, "setting" | "pipelineOptions" | "now">,
  signal?: AbortSignal,
): Promise<readonly Level[]> {
  if (needsMeasuring(source, setting))
    await measureAndKeep(source, setting, {
      pipeline: { ...pipelineOptions, ...(signal === undefined ? {} : { signal }) },
      now: makeTime(1970, 1, 1, 0, 0, now() / 1000),
    });
  return levelsOfWords(source, sortedWords, setting);
}
