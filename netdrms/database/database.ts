import type { ParameterType, Sql } from "./sql.js";

/** A value of a row: int8 is a bigint, other numbers a number, an array of int8 bigints; SQL NULL is null. */
export type RowValue = number | bigint | string | boolean | null | readonly (bigint | string | null)[];

/** One row by column name. */
export type Row = Readonly<Record<string, RowValue>>;

/**
 * One transaction of the archive as a program sees it: over its own connection, or over the connection of a session server.
 * Statements run one after the other.
 *
 * Errors of all members: ARCHIVE_AWAY where the database cannot be reached or the connection is lost, TIME_LIMIT where the
 * statement takes longer than it may, ARCHIVE_READ_ONLY where it would write and must not, CANCELLED after the signal,
 * BAD_QUERY where a value cannot be taken (a division by zero in a filter, say), else ARCHIVE_FAILED.
 */
export interface Database {
  /** Runs a statement and gives its rows, all at once: for what is known to be small. */
  query(statement: Sql): Promise<readonly Row[]>;

  /**
   * Runs a SELECT and gives its rows as the bytes of `COPY … (FORMAT binary)`, in pieces cut anywhere; `decodeCopy` reads
   * them. The statement ends when the consumer leaves. No other statement may run before that.
   */
  copyOut(select: Sql): AsyncIterable<Uint8Array>;
}

/** A result column that {@link copyOut} can give, for `decodeCopy`. */
export type CopyType = Exclude<ParameterType, "int8[]" | "text[]">;
