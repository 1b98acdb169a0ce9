import { join } from "node:path";
import type { CacheLevel, DataSource } from "../../dsdf/data-source.js";
import { normaliseParams, paramsDirectory, paramWords, sortedWords } from "../../dsdf/normalise-params.js";
import type { Level } from "../level.js";
import { fewestBins } from "../plan/block-bins.js";
import { autoLevels } from "./auto-levels.js";
import { whyNoBins, whyNotCached } from "./cacheable.js";
import { definitionHash } from "./definition-hash.js";
import type { LevelSetting } from "./level-setting.js";

/** A level with its words in the order of the definition. */
interface ReadLevel {
  readonly level: Level;
  readonly words: readonly string[];
}

/**
 * The levels of a source that hold data for the reader parameters of a request, finest first for `auto`, else by number; none where
 * the source cannot be cached. Words must be the same and, where one of them begins with `-` and so may have its value behind it, in
 * the same order: blocks of `-o x -p a` are not those of `-o a -p x`, although their folder is. Levels of `auto` are for requests
 * without parameters. Cheap: it may be called for every request.
 *
 * Source: das2-server 14, 15.1, 15.4, 12.3 (`dropParams`: the words stay in the key).
 */
export function levelsOf(
  source: DataSource,
  params: readonly string[],
  setting: LevelSetting,
): readonly Level[] {
  const sorted = sortedWords(params);
  const mayHaveValues = !source.dropParams && sorted.some((word) => word.startsWith("-"));
  return levelsWith(source, setting, (of) =>
    mayHaveValues ? isSame(of.words, params) : isSame(of.level.params, sorted),
  );
}

/** The levels whose sorted words ({@link Level.params}) are those: for builds, which know levels by them. */
export function levelsOfWords(
  source: DataSource,
  sorted: readonly string[],
  setting: LevelSetting,
): readonly Level[] {
  return levelsWith(source, setting, (of) => isSame(of.level.params, sorted));
}

/** All levels of a source, whatever their parameters. */
export function allLevels(source: DataSource, setting: LevelSetting): readonly Level[] {
  return levelsWith(source, setting, () => true);
}

/** What the reader is given for blocks of a level: its words in the order of the definition, not sorted. */
export function readerWords(source: DataSource, level: Pick<Level, "number" | "params">): readonly string[] {
  const declared = source.cacheLevels === "auto" ? [] : source.cacheLevels;
  const found = declared.find(
    ({ number, params }) => number === level.number && isSame(sortedWords(params), level.params),
  );
  return found === undefined ? level.params : paramWords(found.params);
}

/**
 * The first level before one that has the same words in another order. Sorted words name both, so one run of the reader would be
 * taken for both: the later one is left out.
 */
export function reorderedLevel(level: CacheLevel, before: readonly CacheLevel[]): CacheLevel | undefined {
  const words = paramWords(level.params);
  const sorted = sortedWords(words);
  return before.find(
    ({ params }) => isSame(sortedWords(params), sorted) && !isSame(paramWords(params), words),
  );
}

/** The level of a declared one; without a look at whether the source can be cached. */
function levelFrom(source: DataSource, declared: CacheLevel, setting: LevelSetting): Level {
  const { dataVersion, liveDelaySeconds, openTtlSeconds } = source.freshness;
  const paramsName = paramsDirectory(normaliseParams(declared.params));
  return {
    sourceId: source.id,
    params: sortedWords(declared.params),
    paramsName,
    number: declared.number,
    seconds: declared.seconds,
    period: declared.period,
    resolutionName: declared.folder,
    folder: join(setting.cacheRoot, "data", source.id, paramsName, declared.folder),
    definition: definitionHash(source, declared, setting.tools),
    ...(dataVersion === undefined ? {} : { dataVersion }),
    ...(source.validRange === undefined ? {} : { valid: instantsOf(source.validRange) }),
    freshness: { liveDelaySeconds, openTtlSeconds },
  };
}

function instantsOf({ begin, end }: NonNullable<DataSource["validRange"]>): NonNullable<Level["valid"]> {
  return end === "now" ? { begin } : { begin, end };
}

/** Levels that have been worked out, as long as the definition is not read anew. */
const worked = new WeakMap<
  DataSource,
  {
    readonly setting: LevelSetting;
    readonly declared: readonly CacheLevel[];
    readonly levels: readonly ReadLevel[];
  }
>();

function levelsWith(
  source: DataSource,
  setting: LevelSetting,
  isWanted: (of: ReadLevel) => boolean,
): readonly Level[] {
  if (source.cacheLevels.length === 0) return [];
  const declared = source.cacheLevels === "auto" ? autoLevels(source, setting) : source.cacheLevels;
  let known = worked.get(source);
  if (
    known === undefined ||
    known.declared !== declared ||
    known.setting.tools !== setting.tools ||
    known.setting.cacheRoot !== setting.cacheRoot
  ) {
    known = { setting, declared, levels: readLevels(source, declared, setting) };
    worked.set(source, known);
  }
  return known.levels.filter(isWanted).map(({ level }) => level);
}

function readLevels(
  source: DataSource,
  declared: readonly CacheLevel[],
  setting: LevelSetting,
): readonly ReadLevel[] {
  if (whyNotCached(source, setting.tools) !== undefined) return [];
  const hasBins = whyNoBins(source, setting.tools) === undefined;
  return declared
    .filter((level) => level.seconds === 0 || (hasBins && fewestBins(level) > 0))
    .filter((level) => reorderedLevel(level, declared.slice(0, declared.indexOf(level))) === undefined)
    .map((level) => ({ level: levelFrom(source, level, setting), words: paramWords(level.params) }));
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}
