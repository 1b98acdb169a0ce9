import { createHash } from "node:crypto";
import type { Environment } from "../../config/config.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { planStages } from "../../dsdf/stages.js";
import type { PipelineTools } from "../../dsdf/tools.js";
import { changeColumns, seriesKey } from "../../netdrms/changes/record-change.js";
import type { Series } from "../../netdrms/series/model.js";
import { type ArchiveReading, archiveReading, type RecordsRead } from "../../readers/records-read.js";
import { makeTime } from "../../stream/time.js";
import { reachOfFilters } from "./filter-reach.js";

/** The reader of a source with some words, where it reads an archive. */
export interface SourceReading {
  readonly sourceId: string;
  /** Words for the reader, in the order in which it is given them. */
  readonly words: readonly string[];
  readonly reading: ArchiveReading;
  /** Programs behind it in its pipe. */
  readonly filters: readonly (readonly string[])[];
  /** Changes with the programs and their arguments. */
  readonly commands: string;
}

/** The same, with the series that it reads as they are now. */
export interface WatchedReading extends SourceReading {
  readonly records: RecordsRead;
  /** The same for readings that are touched by the same changes in the same way, 16 hex digits. */
  readonly signature: string;
  /** How far from a record the packets may lie that it has part in, seconds; 0: they lie where the record does. */
  readonly reachSeconds: number;
}

/** Which range is of no matter. */
const ANY_DAY = { begin: makeTime(2000, 1, 1), end: makeTime(2000, 1, 2) };

/**
 * What a source reads of an archive, as its blocks are built; `undefined` where it reads none, or by a program that is not one of ours.
 *
 * @param words for the reader
 * @param env with the settings of the archive
 * Errors: those of `planStages` and of `archiveReading`.
 */
export function sourceReading(
  source: DataSource,
  words: readonly string[],
  tools: PipelineTools,
  env: Environment,
): SourceReading | undefined {
  const query = {
    sourceId: source.id,
    ...ANY_DAY,
    requested: ANY_DAY,
    params: words,
    output: "stream",
  } as const;
  const stages = planStages(source, query, tools).filter(({ role }) => role !== "reducer");
  for (const [n, stage] of stages.entries()) {
    const reading = archiveReading(stage.argv, { ...env, ...stage.env });
    if (reading === undefined) continue;
    return {
      sourceId: source.id,
      words,
      reading,
      filters: stages.slice(n + 1).map(({ argv }) => argv),
      commands: JSON.stringify(stages.map(({ argv, env: own }) => [argv, own])),
    };
  }
  return undefined;
}

/** A reading with what its series are; see {@link ArchiveReading.records}. */
export function watched(reading: SourceReading, records: RecordsRead): WatchedReading {
  const { query, time, key, slotting, around, cadenceSeconds, ways } = records;
  const decisive = [
    reading.commands,
    [query.series, ...ways.flatMap((way) => way.map(({ to }) => to))].map((series) => [
      seriesKey(series),
      changeColumns(series),
    ]),
    ways.map((way) => way.map(({ link }) => link)),
    [time.name, time.column, time.defaultText, key, slotting, around, cadenceSeconds],
  ];
  return {
    ...reading,
    records,
    signature: createHash("sha256").update(JSON.stringify(decisive)).digest("hex").slice(0, 16),
    reachSeconds: reachOfFilters(reading.filters, cadenceSeconds),
  };
}

/** The series whose changes touch a reading: the one that it reads, and those that its links lead to. */
export function seriesOf({ records: { query, ways } }: Pick<WatchedReading, "records">): readonly Series[] {
  const all = [query.series, ...ways.flatMap((way) => way.map(({ to }) => to))];
  return [...new Map(all.map((series) => [seriesKey(series), series])).values()];
}
