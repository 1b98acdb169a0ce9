import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isDasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { storedFiles } from "../export/stored-copy.js";
import { planSelection } from "../query/plan-selection.js";
import type { RecordSetQuery } from "../query/record-set-query.js";
import { planRecords } from "../records/plan-records.js";
import { readRecords } from "../records/read-records.js";
import { keywordValue, type RecordBatch, type SegmentColumn } from "../records/record-batch.js";
import type { UnitAccess } from "../segments/held-records.js";
import { type StoredSegment, storedSegment } from "../segments/open-segment.js";
import { specificationPrinter } from "../series/record-specification.js";
import type { SeriesCatalog } from "../series/series-cache.js";
import { readSums } from "../sums/sums-transaction.js";
import { locateUnits, type UnitInfo } from "../sums/unit-state.js";
import { missingValue } from "../values/drms-type.js";

/** The stored file of a segment of a record. */
export interface StoredRecordFile {
  readonly recnum: bigint;
  /** The record specification with the segment in braces. */
  readonly record: string;
  /** Where it is; absent where there is none on line. */
  readonly path?: string;
  /** What it has, or of one that is not on line what its unit has. */
  readonly bytes: number;
  /** Whether its image is stored compressed. */
  readonly isCompressed: boolean;
  /** Whether it is off line and not merely missing. */
  readonly isAway: boolean;
}

/** Files that are looked at together: more do not go through the threads of Node faster. */
const LOOKS = 16;

/**
 * The stored files of the records of a set, in their order, a folder as the files in it. Nothing is held: a unit may be removed as soon
 * as it was looked at.
 *
 * @param limit the first or, negative, the last so many records; 0: all
 * Errors: those of {@link Database} and of planning.
 */
export async function* storedRecordFiles(
  database: Database,
  catalog: SeriesCatalog,
  query: RecordSetQuery,
  limit: number,
  units: UnitAccess,
): AsyncGenerator<readonly StoredRecordFile[]> {
  const { series } = query;
  const plan = await planRecords(catalog, planSelection(query, limit), {
    keywords: series.primeKeys.map(({ external }) => external),
    segments: query.segments ?? series.segments,
  });
  const print = specificationPrinter(series);
  for await (const batch of readRecords(database, plan)) {
    const sunums = new Set(batch.segments.flatMap(({ sunum }) => [...sunum]));
    const found = await readSums(units.sums, (sums) => locateUnits(sums, [...sunums], units));
    const files: (readonly StoredRecordFile[])[] = new Array(batch.rows * batch.segments.length);
    let next = 0;
    const look = async (): Promise<void> => {
      while (next < files.length) {
        const place = next++;
        const [row, column] = [
          Math.floor(place / batch.segments.length),
          batch.segments[place % batch.segments.length]!,
        ];
        const values = batch.keywords.map((one) => keywordValue(one, row) ?? missingValue(one.keyword.type));
        const record = `${print(values, batch.recnum[row]!)}{${column.segment.name}}`;
        files[place] = await filesOf(batch, column, row, record, found);
      }
    };
    await Promise.all(Array.from({ length: LOOKS }, look));
    yield files.flat();
  }
}

async function filesOf(
  batch: RecordBatch,
  column: SegmentColumn,
  row: number,
  record: string,
  units: ReadonlyMap<bigint, UnitInfo>,
): Promise<readonly StoredRecordFile[]> {
  const recnum = batch.recnum[row]!;
  const common = { recnum, record, isCompressed: column.compression[row] !== "" };
  let stored: StoredSegment;
  try {
    stored = storedSegment(column, row, units);
  } catch (error) {
    if (!isDasError(error)) throw error;
    const unit = units.get(column.sunum[row]!);
    const isAway = unit !== undefined && unit.state !== "Y";
    return [{ ...common, bytes: isAway ? Number(unit.bytes) : 0, isAway }];
  }
  const path = join(stored.member.folder, stored.member.path);
  try {
    const facts = await stat(path);
    if (!facts.isDirectory()) return [{ ...common, path, bytes: facts.size, isAway: false }];
    const below = await storedFiles(stored);
    return await Promise.all(
      below.map(async (one) => {
        const file = join(path, one.below);
        return { ...common, path: file, bytes: (await stat(file)).size, isAway: false };
      }),
    );
  } catch {
    // What cannot be looked at is missing, whatever the reason.
    return [{ ...common, bytes: 0, isAway: false }];
  }
}
