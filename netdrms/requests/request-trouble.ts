import { DasError, isDasError } from "../../errors/das-error.js";

/** SQLSTATE of a table or schema that is not there, of one that a role may not use, and of a server that takes no changes. */
const NO_TABLES: ReadonlySet<unknown> = new Set(["42P01", "3F000", "42501", "25006"]);

/** The same error, in words that help where it is for want of the tables of requests, or of the right to write them. */
export function requestTrouble(error: unknown): unknown {
  if (!isDasError(error) || !NO_TABLES.has(error.where.sqlState)) return error;
  return new DasError(
    "BAD_CONFIG",
    "the tables of export requests are not there, or may not be written: netdrms-setup makes them, for the role of its --web",
    error.where,
    error,
  );
}
