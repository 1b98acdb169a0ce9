import type { DataSource } from "../../dsdf/data-source.js";
import type { Stage } from "../../dsdf/stage.js";
import { planStages } from "../../dsdf/stages.js";
import type { PipelineTools } from "../../dsdf/tools.js";
import { DasError } from "../../errors/das-error.js";
import type { Time, TimeRange } from "../../stream/time.js";
import type { Level } from "../level.js";
import { whyNotCached } from "../levels/cacheable.js";
import { readerWords } from "../levels/levels-of.js";

/** The programs that make a part of a level. */
export interface LevelStages {
  /** From the reader to the last of its filters. */
  readonly reader: readonly Stage[];
  /** None for an intrinsic level, and where the source is not reduced. */
  readonly reducer: readonly Stage[];
}

/**
 * The programs for a range of a level.
 *
 * @param reading what the reader is asked for
 * @param binOrigin where the bins begin
 * Errors: those of {@link planStages}; NOT_IMPLEMENTED for a source whose blocks could not be read here.
 * Source: das2-server 13.2, 15.7.
 */
export function levelStages(
  source: DataSource,
  level: Level,
  tools: PipelineTools,
  reading: TimeRange,
  binOrigin: Time,
): LevelStages {
  const why = whyNotCached(source, tools);
  if (why !== undefined) throw new DasError("NOT_IMPLEMENTED", `no blocks are kept of ${source.id}: ${why}`);
  const stages = planStages(
    source,
    {
      sourceId: source.id,
      ...reading,
      requested: reading,
      reading,
      ...(level.seconds > 0 && { resolution: level.seconds, binOrigin }),
      params: readerWords(source, level),
      output: "stream",
    },
    tools,
  );
  return {
    reader: stages.filter(({ role }) => role !== "reducer"),
    reducer: stages.filter(({ role }) => role === "reducer"),
  };
}
