import type { DataSource } from "../../dsdf/data-source.js";
import { DasError } from "../../errors/das-error.js";
import type { Outcome } from "../../pipeline/outcome.js";
import { type PipelineItemsRun, runPipelineItems } from "../../pipeline/run.js";
import type { StreamHeader } from "../../stream/model.js";
import type { TimeRange } from "../../stream/time.js";
import type { Level } from "../level.js";
import { blockHeader } from "./block-header.js";
import { type BlockReducer, builtInReducer } from "./block-reducer.js";
import { emptyBlockItems } from "./kept-block.js";
import type { EmitLevel, LevelItem } from "./level-item.js";
import { LevelPass } from "./level-pass.js";
import type { LevelReducer } from "./level-reducer.js";
import { levelStages } from "./level-stages.js";
import type { LevelTask } from "./level-task.js";
import type { BlockUs } from "./open-blocks.js";
import { programReducer } from "./program-reducer.js";
import type { BuildSurroundings } from "./surroundings.js";

/** One level in a run of the reader: who takes its blocks. */
export interface RunLevel extends Omit<LevelTask, "period" | "reduce" | "binsOf"> {
  readonly level: Level;
  readonly reducer: LevelReducer;
}

/** A reader at work whose packets go through {@link LevelPass}. */
export interface LevelRun {
  readonly pipeline: PipelineItemsRun;
  readonly pass: LevelPass;
}

/**
 * Starts the reader of a source for some levels that need the same of it.
 * @param reading what the reader is asked for
 * Errors: those of {@link levelStages}.
 */
export function startLevelRun(
  source: DataSource,
  levels: readonly RunLevel[],
  reading: TimeRange,
  around: BuildSurroundings,
  signal: AbortSignal,
): LevelRun {
  const [first] = levels;
  if (first === undefined) throw new DasError("INTERNAL", "a run for no level");
  const stages = levelStages(source, first.level, around.tools, reading, reading.begin).reader;
  const pass = new LevelPass(
    levels.map(
      ({ level, reducer, ...task }): LevelTask => ({
        ...task,
        period: level.period,
        ...(reducer.kind === "bins" && { binsOf: reducer.optionsFor }),
        reduce: (number, us, emit) => openReducer(reducer, number, us, around, signal, emit),
      }),
    ),
  );
  return { pass, pipeline: runPipelineItems(stages, { ...around.pipelineOptions, signal }) };
}

/** What blocks without data hold, by number: their stream header is one that the reducer makes. */
export async function emptyBlocks(
  { level, reducer }: RunLevel,
  stream: StreamHeader,
  around: BuildSurroundings,
  signal: AbortSignal,
): Promise<(number: number) => readonly LevelItem[]> {
  let header = stream;
  const emit: EmitLevel = (item) => {
    if (item.kind === "stream") header = item.header;
  };
  const one = openReducer(reducer, 0, { begin: 0, end: 0 }, around, signal, emit);
  one.push({ kind: "stream", header: stream });
  await one.end();
  return (number) => emptyBlockItems(blockHeader(header, number, level.period));
}

function openReducer(
  reducer: LevelReducer,
  number: number,
  us: BlockUs,
  around: BuildSurroundings,
  signal: AbortSignal,
  emit: EmitLevel,
): BlockReducer {
  if (reducer.kind === "programs") return programReducer(reducer.stagesFor(number), us, around, signal, emit);
  const { env = {}, onStderr } = around.pipelineOptions;
  const log = (line: string): void => onStderr?.(0, line);
  return builtInReducer(reducer, number, us, { signal, log, env }, emit);
}

/** Whether a pipeline ended so that what it made may be kept; das2-server 15.7. */
export function endedWell(outcome: Outcome): boolean {
  return outcome.kind === "complete" || outcome.kind === "no data";
}

/** Levels for which the reader is given the same arguments, together: one that reduces by itself is run for each width. */
export function levelsByReading<T extends { readonly level: Level }>(
  levels: readonly T[],
  source: DataSource,
  reading: TimeRange,
  around: BuildSurroundings,
): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const one of levels) {
    const stages = levelStages(source, one.level, around.tools, reading, reading.begin).reader;
    const key = JSON.stringify(stages.map(({ argv, env }) => [argv, env]));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}
