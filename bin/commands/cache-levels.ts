import { parseArgs } from "node:util";
import { levelName } from "../../cache/level.js";
import { describePyramid } from "../../cache/levels/choose-pyramid.js";
import { levelRemarks } from "../../cache/levels/level-remarks.js";
import { allLevels } from "../../cache/levels/levels-of.js";
import { measureAndKeep } from "../../cache/levels/measure-and-keep.js";
import { sourceSpan } from "../../cache/levels/measure-source.js";
import { pyramidPath, readPyramid } from "../../cache/levels/pyramid-file.js";
import { bytesText, countText, durationText } from "../../cgi/pages/format.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { makeTime } from "../../stream/time.js";
import { CONFIG_OPTION, givenSource, noMoreThan } from "./cache-arguments.js";
import { type CommandCache, openCommandCache } from "./open-cache.js";
import { commandConfig } from "./source-setting.js";

/** `heliostream cache levels`: which levels a source has, and for `cacheLevels = auto` what they were chosen by. */
export async function cacheLevels(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...CONFIG_OPTION, measure: { type: "boolean" } },
  });
  const [id] = positionals;
  noMoreThan(1, positionals);
  const cache = await openCommandCache(commandConfig(values.config));
  try {
    const source = await givenSource(id, cache);
    const remarks = levelRemarks(source, cache.setting.tools);
    for (const { level, number, message } of remarks)
      console.log(`${level}: ${number === undefined ? "" : `level ${number}: `}${message}`);
    if (source.cacheLevels === "auto") await showPyramid(source, cache, values.measure === true);
    else showDeclared(source, cache);
    return remarks.some(({ level }) => level === "error") ? 1 : 0;
  } finally {
    await cache.close();
  }
}

function showDeclared(source: DataSource, cache: CommandCache): void {
  const levels = allLevels(source, cache.setting);
  for (const level of levels)
    console.log(`${String(level.number).padStart(2, "0")} ${[levelName(level), ...level.params].join(" ")}`);
  if (levels.length === 0) console.log("no levels");
}

/** The levels of `auto`, measured where they are not yet, or where that is asked for. */
async function showPyramid(source: DataSource, cache: CommandCache, measureAnew: boolean): Promise<void> {
  const now = makeTime(1970, 1, 1, 0, 0, cache.now() / 1000);
  const kept = measureAnew ? undefined : readPyramid(pyramidPath(cache.cacheRoot, source.id));
  let pyramid = kept;
  if (pyramid === undefined) {
    const measured = await measureAndKeep(
      source,
      cache.setting,
      { pipeline: cache.pipelineOptions, now },
      measureAnew,
    );
    for (const { message } of measured.faults) console.error(`a probe failed: ${message}`);
    pyramid = measured.pyramid;
  }
  const { measurement, measuredAt, levels } = pyramid;
  const { cadence, channels, recordBytes, bytesPerSecond, packets, spanSeconds } = measurement;
  console.log(
    [
      `measured ${measuredAt}, from ${countText(packets, "packet")} of ${durationText(spanSeconds * 1000)}:`,
      `  a record each ${durationText(cadence * 1000)}, ${countText(channels, "value")}, ${bytesText(recordBytes)}`,
      `  ${bytesText(bytesPerSecond * 86_400)} a day`,
      "levels:",
    ].join("\n"),
  );
  for (const line of describePyramid(levels, measurement, sourceSpan(source, now))) console.log(`  ${line}`);
  if (levels.length === 0) console.log("  none: the source is so small that its reader answers as fast");
}
