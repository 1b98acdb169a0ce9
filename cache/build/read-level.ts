import type { DataSource } from "../../dsdf/data-source.js";
import type { Stage } from "../../dsdf/stage.js";
import type { DasError } from "../../errors/das-error.js";
import type { Outcome, StageStatus, StageTime } from "../../pipeline/outcome.js";
import type { ItemSource } from "../../stream/model.js";
import type { TimeRange } from "../../stream/time.js";
import type { Claim } from "../index/block-index.js";
import type { Level } from "../level.js";
import type { KeptFacts } from "./keeping.js";
import { RunningReading } from "./level-reading.js";
import type { BuildSurroundings } from "./surroundings.js";

/** Records of a level that are to be made for somebody who waits for them. */
export interface LevelReading {
  readonly source: DataSource;
  readonly level: Level;
  /** Whole bins of neighbouring blocks; of an intrinsic level any range. */
  readonly range: TimeRange;
  /** Blocks that lie in the range from end to end and are to be kept. The claims are taken over: renewed, and given back at the end. */
  readonly keep: readonly Claim[];
  /**
   * `reduced`: what the source's reducer gives. `joined`: with the planes of the companion behind, where the level has companions;
   * for {@link reduceJoined}.
   */
  readonly layout: "reduced" | "joined";
  /** Levels of the same source and parameters of which missing blocks that lie in the range are to be kept as well. */
  readonly alsoLevels?: readonly Level[];
}

/** What is known of a {@link LevelReadRun}; complete once its `outcome` has resolved. */
export interface LevelReadFacts {
  /** Bytes that the reader gave. */
  readonly bytesRead: number;
  /** What was published: blocks by name of the level. */
  readonly published: KeptFacts;
  /** Why blocks that were to be kept are not: the disk is full, for example. The records were given all the same. */
  readonly keepFailure: DasError | undefined;
}

/** Records of a level on their way. */
export interface LevelReadRun {
  /**
   * The records in order of time, block by block, each as soon as its bin is complete, as one stream; nothing is read faster than they
   * are taken, and a portion lasts until the next one is asked for. Comments are left out. Leaving early ends the run, and nothing is
   * kept. Throws what the pipeline failed with after the records that came before.
   */
  readonly items: ItemSource;
  /** The programs that are run before the pass. */
  readonly stages: readonly Stage[];
  /** How they ended. */
  readonly statuses: readonly StageStatus[];
  /** When each of them began and ended. */
  readonly times: readonly StageTime[];
  /** Resolves, never rejects, when nothing is left of the run and what is kept is in place. */
  readonly outcome: Promise<Outcome>;
  readonly facts: LevelReadFacts;
  /** Ends everything at once. */
  cancel(): void;
}

/**
 * Reads a range of a level that no block holds, gives its records, and keeps whole blocks of it, in one run of the reader.
 * Errors of `items`: those of the pipeline; those of the definition. Source: das2-server 15.6, 15.7.
 */
export function readLevel(reading: LevelReading, around: BuildSurroundings): LevelReadRun {
  return new RunningReading(reading, around);
}
