import { DasError } from "../../errors/das-error.js";

/** What system calls report where no server answers. */
const AWAY_CALLS = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "EACCES",
  "EHOSTUNREACH",
]);
/** SQLSTATEs of a server that is starting, stopping or full; class 08 is the connection itself. */
const AWAY_STATES = new Set(["57P01", "57P02", "57P03", "53300", "28000", "28P01", "3D000"]);
/** What the packages for PostgreSQL say, without a code, when a connection is gone. */
const AWAY_TEXT =
  /connection (?:terminated|ended|timeout)|timeout expired|client has encountered a connection error|not queryable|client was closed|trying to connect/i;

/**
 * Any failure of a statement or a connection as an error of the house. What the database says of a value that it cannot take
 * (SQLSTATE class 22) is passed on; everything else it says is for the log.
 * Source: PostgreSQL's documentation, "Error Codes"; netdrms 4.10.
 */
export function databaseError(error: unknown): DasError {
  if (error instanceof DasError) return error;
  const { code, message } = partsOf(error);
  const where = { sqlState: code, detail: message };
  if (
    AWAY_CALLS.has(code) ||
    AWAY_STATES.has(code) ||
    code.startsWith("08") ||
    (code === "" && AWAY_TEXT.test(message))
  )
    return new DasError("ARCHIVE_AWAY", "The archive's database does not answer", where, error);
  if (code === "57014")
    return /statement timeout/.test(message)
      ? tookTooLong(error)
      : new DasError("CANCELLED", "The query of the archive was cancelled", where, error);
  // A server that follows another one refuses the very begin of a transaction that would write.
  if (code === "25006" || (code === "0A000" && /during recovery/.test(message)))
    return new DasError("ARCHIVE_READ_ONLY", "The archive's database takes no changes", where, error);
  if (code === "42501")
    return new DasError("ARCHIVE_FAILED", "The user of the archive's database may not do that", where, error);
  if (code.startsWith("22"))
    return new DasError(
      "BAD_QUERY",
      `The archive cannot take a value of the query: ${message}`,
      where,
      error,
    );
  return new DasError("ARCHIVE_FAILED", "A query of the archive failed", where, error);
}

/** The error of a statement that took too long. */
export function tookTooLong(cause: unknown): DasError {
  const { code, message } = partsOf(cause);
  const where = { sqlState: code, detail: message };
  return new DasError("TIME_LIMIT", "The query of the archive took longer than it may", where, cause);
}

function partsOf(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: "", message: String(error) };
  // An AggregateError of several addresses has no message of its own.
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  const code = "code" in first && typeof first.code === "string" ? first.code : "";
  return { code, message: first.message };
}
