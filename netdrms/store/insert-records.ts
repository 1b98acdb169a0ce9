import { name, param, sql } from "../database/sql.js";
import type { Series } from "../series/model.js";
import { type SeriesCatalog, seriesCatalog } from "../series/series-cache.js";
import type { WriteAccess } from "../session/session.js";
import { checkPrimeKeys } from "./check-prime-keys.js";
import { insertRows } from "./insert-rows.js";
import { keywordColumns } from "./keyword-columns.js";
import { linkColumns } from "./link-columns.js";
import type { NewRecord, RecordPlace } from "./new-record.js";
import { placeColumns } from "./place-columns.js";
import { recordFields } from "./record-fields.js";
import { expectRightToAdd, takeRecordNumbers } from "./record-numbers.js";
import type { TableColumn } from "./table-column.js";

/** Records that are in the transaction. */
export interface InsertedRecords {
  /** In the order of the records that were given. */
  readonly recnums: readonly bigint[];
  /** Where their files are; `undefined` of a record without files. */
  readonly places: readonly (RecordPlace | undefined)[];
  /** What a person should hear, a line each. */
  readonly warnings: readonly string[];
}

/** Records whose values are right, without what is not known of them yet. */
export interface PreparedRecords {
  readonly recnums: readonly bigint[];
  readonly columns: readonly TableColumn[];
  readonly warnings: readonly string[];
}

/**
 * Adds records to a series: numbers from its sequence, keywords with their slots, links, and where files are, if they are somewhere. They
 * are kept when the session ends well. Files are stored by `RecordStore`.
 *
 * @param write of a session, see `Session.forWriting`
 * @param catalog of the same transaction
 * Errors: BAD_PARAMETER naming record, keyword or link and value: an unknown name, a value that its type does not hold, a prime key that is
 * missing or the same as that of another record of the call; FORBIDDEN for a series of somebody else; those of `Database`. Nothing is
 * added then. Source: netdrms 1.3 to 1.8, 2.4.
 */
export async function insertRecords(
  write: WriteAccess,
  series: Series,
  records: readonly NewRecord[],
  catalog: SeriesCatalog = seriesCatalog(write.database),
): Promise<InsertedRecords> {
  const prepared = await prepareRecords(write, series, records, catalog);
  return insertPrepared(
    write,
    series,
    prepared,
    records.map(({ place }) => place),
  );
}

/** Checks records and takes their numbers; changes nothing else. Errors: those of {@link insertRecords}. */
export async function prepareRecords(
  { database }: WriteAccess,
  series: Series,
  records: readonly NewRecord[],
  catalog: SeriesCatalog,
): Promise<PreparedRecords> {
  const fields = recordFields(series, records);
  const { columns, warnings } = keywordColumns(series, fields);
  checkPrimeKeys(series, fields, columns);
  const links = await linkColumns(series, records, catalog);
  await expectRightToAdd(database, series);
  const recnums = await takeRecordNumbers(database, series, records.length);
  return { recnums, columns: [...columns, ...links], warnings };
}

/** Adds prepared records, all or none. @param places one a record. Errors: those of `Database`. */
export async function insertPrepared(
  write: WriteAccess,
  series: Series,
  { recnums, columns, warnings }: PreparedRecords,
  places: readonly (RecordPlace | undefined)[],
): Promise<InsertedRecords> {
  const all = <T>(value: T): readonly T[] => recnums.map(() => value);
  const rows: readonly TableColumn[] = [
    { name: "recnum", type: "longlong", values: recnums.map(String) },
    { name: "sessionid", type: "longlong", values: all(String(write.sessionId)) },
    { name: "sessionns", type: "string", values: all(write.sessionNamespace) },
    ...placeColumns(series, places),
    ...columns,
  ];
  try {
    await insertRows(write.database, series, rows);
  } catch (error) {
    // Statements before the one that failed are in the transaction, which goes on.
    await takeBackRecords(write, series, recnums);
    throw error;
  }
  return { recnums, places, warnings };
}

/** Takes records of this session back, as far as that can be done: where it cannot, nothing of the transaction will be kept. */
export async function takeBackRecords(
  { database }: WriteAccess,
  series: Series,
  recnums: readonly bigint[],
): Promise<void> {
  await database
    .query(
      sql`DELETE FROM ${name(series.namespace, series.table)} WHERE recnum = ANY(${param(recnums, "int8[]")})`,
    )
    .catch(() => undefined);
}
