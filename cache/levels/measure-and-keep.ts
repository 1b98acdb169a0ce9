import type { DataSource } from "../../dsdf/data-source.js";
import { DasError } from "../../errors/das-error.js";
import { formatTime } from "../../stream/time.js";
import { whyNoBins, whyNotCached } from "./cacheable.js";
import { choosePyramid } from "./choose-pyramid.js";
import type { LevelSetting } from "./level-setting.js";
import { type MeasuringOptions, measureSource } from "./measure-source.js";
import { keepPyramid, type Pyramid, pyramidPath } from "./pyramid-file.js";

/** What was measured and chosen. */
export interface KeptPyramid {
  readonly pyramid: Pyramid;
  /** How much time the source covers, seconds. */
  readonly spanSeconds: number;
  /** What failed in single probes, for the log. */
  readonly faults: readonly DasError[];
}

/**
 * Measures a source with `cacheLevels = auto`, chooses its levels and keeps them, for all processes and until somebody asks for
 * another measuring: levels that changed by themselves would leave their blocks behind. A source whose probes have no data is not
 * decided on, and measured again next time.
 *
 * @param replace measure anew and put that in the place of what is kept
 * Errors: BAD_PARAMETER where the source cannot be cached or has levels of its own; BUILD_FAILED where no probe has two records, or
 * the levels cannot be kept; DISK_FULL; those of {@link measureSource}.
 */
export async function measureAndKeep(
  source: DataSource,
  setting: LevelSetting,
  options: Omit<MeasuringOptions, "tools">,
  replace = false,
): Promise<KeptPyramid> {
  const { tools } = setting;
  const reason = whyNotCached(source, tools);
  if (reason !== undefined)
    throw new DasError("BAD_PARAMETER", `blocks of ${source.id} cannot be kept: ${reason}`);
  if (source.cacheLevels !== "auto")
    throw new DasError("BAD_PARAMETER", `${source.id} has no cacheLevels = auto`);
  const { measurement, spanSeconds, faults } = await measureSource(source, { ...options, tools });
  if (measurement.cadence === 0)
    throw new DasError(
      "BUILD_FAILED",
      `nothing to measure ${source.id} by: fewer than two records in any probe`,
    );
  const chosen = choosePyramid(measurement, spanSeconds);
  const hasBins = whyNoBins(source, tools) === undefined;
  const levels = hasBins ? chosen : chosen.filter(({ seconds }) => seconds === 0);
  const measuredAt = `${formatTime(options.now, 0)}Z`;
  const pyramid = await keepPyramid(
    pyramidPath(setting.cacheRoot, source.id),
    { measurement, measuredAt, levels },
    replace,
  );
  return { pyramid, spanSeconds, faults };
}
