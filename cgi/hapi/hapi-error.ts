import { DasError, type ErrorCode, OUTCOME } from "../../errors/das-error.js";
import { HAPI_MESSAGES, type HapiCode } from "../../formats/hapi/status.js";

/** Status of HTTP by status of HAPI. Source: HAPI 3.3, section 4.2. */
export function httpStatus(code: HapiCode): number {
  if (code === 1406 || code === 1407) return 404;
  if (code >= 1500) return 500;
  return code >= 1400 ? 400 : 200;
}

/**
 * An error of a request in the terms of HAPI. `more` says what was expected and repeats nothing of the request.
 * Source: HAPI 3.3, sections 4.2 and 5.2.
 */
export function hapiError(code: HapiCode, more?: string, cause?: unknown): DasError {
  const kind: ErrorCode =
    httpStatus(code) === 404
      ? "NO_SUCH_SOURCE"
      : code === 1501
        ? "READER_FAILED"
        : code === 1500
          ? "INTERNAL"
          : "BAD_PARAMETER";
  const message = more === undefined ? HAPI_MESSAGES[code] : `${HAPI_MESSAGES[code]}: ${more}`;
  return new DasError(kind, message, { hapi: code, ...(more === undefined ? {} : { more }) }, cause);
}

/** The error for a source that needs a login, which clients of HAPI cannot do. Source: das2-server 11.4. */
export function protectedSource(): DasError {
  const more = "this data set is not given to everybody";
  return new DasError("FORBIDDEN", `${HAPI_MESSAGES[1400]}: ${more}`, { hapi: 1400, more });
}

/** How an error is told: status of HTTP, of HAPI, and what may be said besides. */
export interface ToldError {
  readonly http: number;
  readonly code: HapiCode;
  readonly more?: string;
}

/** What is said of failures that carry no status of HAPI; their own messages may repeat the request. */
const SAID: { readonly [C in ErrorCode]?: string } = {
  METHOD_NOT_ALLOWED: "expected GET or HEAD",
  URL_TOO_LONG: "the URL is too long",
  TOO_MANY_REQUESTS: "too many requests of this client, try again later",
  OVERLOADED: "the server is busy, try again later",
  NEEDS_LOGIN: "this data set is not given to everybody",
  FORBIDDEN: "this data set is not given to everybody",
  NO_SUCH_SOURCE: "see /catalog",
};

/** What failed above or below this server's own code: the reader, the archive, what they read. */
const UPSTREAM: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "READER_FAILED",
  "TIME_LIMIT",
  "OUTPUT_LIMIT",
  "NO_SUCH_PROGRAM",
  "DOMAIN",
  "UNSUITED_STREAM",
  "NOT_TIME_SERIES",
  "BAD_FILE",
  "ARCHIVE_AWAY",
  "ARCHIVE_FAILED",
  "UNIT_AWAY",
  "NO_SUCH_SERIES",
  "NO_DATA_FOLDER",
]);

/** How any error is told to a client of HAPI. */
export function toldError(error: DasError): ToldError {
  const { hapi, more } = error.where;
  const { status } = OUTCOME[error.code];
  if (isHapiCode(hapi))
    return {
      http: error.code === "FORBIDDEN" ? 403 : httpStatus(hapi),
      code: hapi,
      ...(typeof more === "string" ? { more } : {}),
    };
  // Its message gives requests that would pass, in times of the server's own writing.
  if (error.code === "TOO_MUCH_ASKED") return { http: 400, code: 1408, more: error.message };
  const said = SAID[error.code];
  const code =
    error.code === "NO_SUCH_SOURCE" ? 1406 : status < 500 ? 1400 : UPSTREAM.has(error.code) ? 1501 : 1500;
  return { http: status === 401 ? 403 : status, code, ...(said === undefined ? {} : { more: said }) };
}

function isHapiCode(value: unknown): value is HapiCode {
  return typeof value === "number" && Object.hasOwn(HAPI_MESSAGES, value);
}
