import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import type { RequestArchive } from "../archive.js";
import type { AskedList, ListedNames } from "./asked-list.js";
import type { ColumnSpool } from "./column-spool.js";

/** A form of the list: which columns it is gathered in, and how they become the members of the answer. */
export interface ListLayout {
  /** Number of columns, the same for all sets. */
  readonly columns: number;
  /** The elements of each column for some records after the others. Errors: those of the databases. */
  read(
    archive: RequestArchive,
    set: RecordSetQuery,
  ): AsyncIterable<{ readonly rows: number; readonly texts: readonly string[] }>;
  /** The members of the answer as JSON, each followed by a comma. */
  members(spool: ColumnSpool): AsyncIterable<string | Uint8Array>;
}

/** Makes the form of one answer. */
export type MakeLayout = (asked: AskedList, names: ListedNames) => ListLayout;
