/**
 * What each failure means outside: HTTP status, type of the in-stream exception, exit code of a program.
 * Adding a code without its row does not compile. Source: das2-server 4.1, das2-stream A13, reducers 14.2.
 */
export const OUTCOME = {
  // Requests.
  BAD_PARAMETER: { status: 400, exception: "IllegalArgument", exit: 13 },
  BAD_TIME: { status: 400, exception: "IllegalArgument", exit: 13 },
  BAD_PATH: { status: 400, exception: "IllegalArgument", exit: 13 },
  URL_TOO_LONG: { status: 414, exception: "IllegalArgument", exit: 13 },
  BODY_TOO_LONG: { status: 413, exception: "IllegalArgument", exit: 13 },
  TOO_MUCH_ASKED: { status: 400, exception: "IllegalArgument", exit: 13 },
  TOO_MANY_REQUESTS: { status: 429, exception: "ServerError", exit: 1 },
  HEADERS_TOO_LONG: { status: 431, exception: "IllegalArgument", exit: 13 },
  REQUEST_TIMEOUT: { status: 408, exception: "IllegalArgument", exit: 13 },
  METHOD_NOT_ALLOWED: { status: 405, exception: "IllegalArgument", exit: 13 },
  NO_SUCH_SOURCE: { status: 404, exception: "NoSuchDataSource", exit: 13 },
  NOT_FOUND: { status: 404, exception: "IllegalArgument", exit: 13 },
  NOTHING_FOUND: { status: 404, exception: "NoDataInInterval", exit: 0 },
  NEEDS_LOGIN: { status: 401, exception: "Forbidden", exit: 1 },
  FORBIDDEN: { status: 403, exception: "Forbidden", exit: 1 },
  NOT_IMPLEMENTED: { status: 501, exception: "NotImplemented", exit: 1 },
  OVERLOADED: { status: 503, exception: "ServerError", exit: 1 },
  // Programs.
  USAGE: { status: 500, exception: "IllegalArgument", exit: 13 },
  UNSUPPORTED_OPTION: { status: 500, exception: "ServerError", exit: 13 },
  NO_DATA: { status: 200, exception: "NoDataInInterval", exit: 0 },
  DOMAIN: { status: 500, exception: "ServerError", exit: 1 },
  UNSUITED_STREAM: { status: 500, exception: "ServerError", exit: 100 },
  NOT_TIME_SERIES: { status: 500, exception: "ServerError", exit: 101 },
  // Configuration and definitions.
  BAD_CONFIG: { status: 500, exception: "ServerError", exit: 13 },
  BAD_DEFINITION: { status: 500, exception: "ServerError", exit: 13 },
  // Pipelines.
  NO_SUCH_PROGRAM: { status: 500, exception: "ServerError", exit: 127 },
  READER_FAILED: { status: 500, exception: "ServerError", exit: 100 },
  TIME_LIMIT: { status: 500, exception: "ServerError", exit: 100 },
  OUTPUT_LIMIT: { status: 500, exception: "ServerError", exit: 100 },
  STOPPED: { status: 503, exception: "ServerError", exit: 100 },
  // A client that takes less than comes.
  TOO_SLOW: { status: 503, exception: "ServerError", exit: 100 },
  CANCELLED: { status: 500, exception: "ServerError", exit: 0 },
  // Streams: one code for each way to break one (das2-stream A3).
  NO_STREAM_HEADER: { status: 500, exception: "ServerError", exit: 22 },
  BAD_PREFIX: { status: 500, exception: "ServerError", exit: 22 },
  BAD_LENGTH: { status: 500, exception: "ServerError", exit: 22 },
  BAD_XML: { status: 500, exception: "ServerError", exit: 22 },
  BAD_HEADER: { status: 500, exception: "ServerError", exit: 22 },
  BAD_TYPE: { status: 500, exception: "ServerError", exit: 22 },
  BAD_PROPERTY: { status: 500, exception: "ServerError", exit: 22 },
  BAD_Y_TAGS: { status: 500, exception: "ServerError", exit: 22 },
  UNDEFINED_ID: { status: 500, exception: "ServerError", exit: 22 },
  REPEATED_HEADER: { status: 500, exception: "ServerError", exit: 22 },
  PARTIAL_PACKET: { status: 500, exception: "ServerError", exit: 22 },
  BAD_COMPRESSION: { status: 500, exception: "ServerError", exit: 22 },
  TOO_MANY_PLANES: { status: 500, exception: "ServerError", exit: 22 },
  TOO_MANY_ITEMS: { status: 500, exception: "ServerError", exit: 22 },
  RECORD_TOO_LONG: { status: 500, exception: "ServerError", exit: 22 },
  // Files that readers open.
  BAD_FILE: { status: 500, exception: "ServerError", exit: 22 },
  // FITS: a header that breaks the standard, data that contradict it, a declared size above a limit, a form not read here.
  BAD_FITS_HEADER: { status: 500, exception: "ServerError", exit: 22 },
  BAD_FITS_DATA: { status: 500, exception: "ServerError", exit: 22 },
  FITS_TOO_LARGE: { status: 500, exception: "ServerError", exit: 22 },
  FITS_UNSUPPORTED: { status: 501, exception: "NotImplemented", exit: 22 },
  // The archive: series, record-set queries, database.
  NO_SUCH_SERIES: { status: 404, exception: "NoSuchDataSource", exit: 1 },
  UNIT_AWAY: { status: 503, exception: "ServerError", exit: 1 },
  BROKEN_LINK: { status: 500, exception: "ServerError", exit: 1 },
  BAD_QUERY: { status: 400, exception: "IllegalArgument", exit: 2 },
  ARCHIVE_AWAY: { status: 503, exception: "ServerError", exit: 1 },
  ARCHIVE_FAILED: { status: 500, exception: "ServerError", exit: 1 },
  ARCHIVE_READ_ONLY: { status: 500, exception: "ServerError", exit: 1 },
  // Servers elsewhere that a source reads from: they do not answer, or not as agreed.
  PEER_AWAY: { status: 503, exception: "ServerError", exit: 1 },
  PEER_FAILED: { status: 502, exception: "ServerError", exit: 1 },
  // The cache: its index or its queue does not answer, a range with too many blocks, a block that is not what it should be.
  INDEX_AWAY: { status: 503, exception: "ServerError", exit: 1 },
  QUEUE_AWAY: { status: 503, exception: "ServerError", exit: 1 },
  TOO_MANY_BLOCKS: { status: 500, exception: "ServerError", exit: 1 },
  BAD_BLOCK: { status: 500, exception: "ServerError", exit: 1 },
  BUILD_FAILED: { status: 500, exception: "ServerError", exit: 1 },
  DISK_FULL: { status: 500, exception: "ServerError", exit: 1 },
  NO_DATA_FOLDER: { status: 500, exception: "ServerError", exit: 1 },
  INTERNAL: { status: 500, exception: "ServerError", exit: 100 },
} as const satisfies Record<string, { status: number; exception: string; exit: number }>;

/** A way to fail; the keys of {@link OUTCOME}. */
export type ErrorCode = keyof typeof OUTCOME;

/**
 * The one error class of the house. `message` is for people outside and names the value and what was
 * expected, never a path or a command line; `where` is for the log only.
 */
export class DasError extends Error {
  readonly code: ErrorCode;
  readonly where: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    where: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "DasError";
    this.code = code;
    this.where = where;
  }
}

/** Whether `error` is a {@link DasError}, of the given code where one is given. */
export function isDasError(error: unknown, code?: ErrorCode): error is DasError {
  return error instanceof DasError && (code === undefined || error.code === code);
}

/** Any thrown value as an error of the house; what it says of the inside goes to the log only, under `where.detail`. */
export function asDasError(error: unknown, what: string): DasError {
  if (error instanceof DasError) return error;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new DasError("INTERNAL", `${what} failed for an internal reason`, { detail }, error);
}
