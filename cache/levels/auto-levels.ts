import type { CacheLevel, DataSource } from "../../dsdf/data-source.js";
import { whyNotCached } from "./cacheable.js";
import type { LevelSetting } from "./level-setting.js";
import { KnownPyramid, pyramidPath } from "./pyramid-file.js";

const NONE: readonly CacheLevel[] = [];

/** One a source, as long as its definition is not read anew. */
const known = new WeakMap<DataSource, KnownPyramid>();

/**
 * The levels of a source with `cacheLevels = auto`: those that were chosen when it was measured, none before that. The same array as
 * long as they are the same.
 */
export function autoLevels(source: DataSource, { cacheRoot }: LevelSetting): readonly CacheLevel[] {
  let pyramid = known.get(source);
  if (pyramid === undefined) {
    pyramid = new KnownPyramid();
    known.set(source, pyramid);
  }
  return pyramid.get(pyramidPath(cacheRoot, source.id))?.levels ?? NONE;
}

/** Whether a source waits for `measureAndKeep`: it has `cacheLevels = auto`, can be cached, and its levels are not chosen yet. */
export function needsMeasuring(source: DataSource, setting: LevelSetting): boolean {
  if (source.cacheLevels !== "auto" || whyNotCached(source, setting.tools) !== undefined) return false;
  autoLevels(source, setting);
  return known.get(source)?.get(pyramidPath(setting.cacheRoot, source.id)) === undefined;
}
