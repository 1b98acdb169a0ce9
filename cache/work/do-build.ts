import type { DataSource } from "../../dsdf/data-source.js";
import { DasError } from "../../errors/das-error.js";
import { makeTime } from "../../stream/time.js";
import { buildSpan } from "../build/build-span.js";
import type { BuildSurroundings } from "../build/surroundings.js";
import { sourceNotBefore } from "../freshness/not-before.js";
import type { BlockIndex } from "../index/block-index.js";
import type { Level } from "../level.js";
import { needsMeasuring } from "../levels/auto-levels.js";
import type { LevelSetting } from "../levels/level-setting.js";
import { levelsOfWords } from "../levels/levels-of.js";
import { measureAndKeep } from "../levels/measure-and-keep.js";
import type { DoBuild } from "../queue/build-queue.js";

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
}

/**
 * What a worker of a site does with a job. A definition is looked at anew for each, so an edited one takes effect; a source whose levels
 * are to be chosen by itself (`auto`) is measured first.
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
    return buildSpan(job, source, levels, {
      index: site.index,
      tools,
      pipelineOptions: site.pipelineOptions,
      owner: site.owner,
      now: site.now,
      signal,
      onProgress,
      ...(newest === undefined ? {} : { sourceMtimeMs: newest }),
    });
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
