import { DasError, OUTCOME } from "../errors/das-error.js";
import { bareDas3Stream, das3Exception } from "../stream/das3-packets.js";
import { escapeMarkup, inAscii } from "../stream/xml-text.js";
import { BY_BROWSER, isBrowser } from "./browser.js";
import type { HeaderLine, Request, Response } from "./http.js";
import { textResponse } from "./http.js";

const STREAM_HEADER = '[00]000024<stream version="2.2"/>\n';
/** Characters of a message that are sent: enough to explain, too few to be misused. */
const MAX_MESSAGE = 2000;

/**
 * The form of an error that every das2 client reads: a stream header, then an exception packet. ASCII throughout.
 * Source: das2-server 4.1, das2-stream A13.2 (second form).
 */
export function exceptionStream(type: string, message: string): Buffer {
  const text = inAscii(escapeMarkup(message.slice(0, MAX_MESSAGE).replaceAll('"', "'")))
    .replaceAll("&#39;", "'")
    .replace(/\r\n|\r|\n/g, "&#13;&#10;");
  const packet = `<exception type="${type}" message="${text}"/>\n`;
  return Buffer.from(`${STREAM_HEADER}[xx]${String(packet.length).padStart(6, "0")}${packet}`, "latin1");
}

/** The same for clients of das3. Source: das2-server 4.1, das2-stream C5. */
export function das3ExceptionStream(type: string, message: string): Buffer {
  return Buffer.concat([bareDas3Stream(), das3Exception({ type, message: message.slice(0, MAX_MESSAGE) })]);
}

/** What is told of an error: a {@link DasError} speaks for itself, anything else stays inside. */
export function publicError(error: unknown): DasError {
  if (error instanceof DasError) return error;
  return new DasError("INTERNAL", "The server failed on this request", {}, error);
}

/** The error as clients of das3 are to be told it. */
export function asDas3Error(thrown: unknown): DasError {
  const error = publicError(thrown);
  return new DasError(
    error.code,
    error.message,
    { ...error.where, answerForm: "das3" },
    error.cause ?? error,
  );
}

/**
 * The answer for an error: JSON at a path of JSON, its message as plain text for a browser, else an exception stream, of das3 where
 * the error asks for it.
 * @param headers more header lines (`Allow`, `Retry-After`, `WWW-Authenticate`)
 * Source: das2-server 4.1.
 */
export function errorResponse(
  request: Request,
  error: DasError,
  headers: readonly HeaderLine[] = [],
): Response {
  const { status, exception } = OUTCOME[error.code];
  if (request.path.endsWith(".json")) {
    // What was asked may be a part of the message: nobody who takes this for a page finds markup in it.
    const text = `${JSON.stringify({ error: { type: exception, message: error.message } }).replaceAll("<", "\\u003c")}\n`;
    return { status, headers: [["Content-Type", "application/json"], ...headers], body: Buffer.from(text) };
  }
  const varied: readonly HeaderLine[] = [BY_BROWSER, ...headers];
  if (isBrowser(request.headers["user-agent"]))
    return textResponse(status, "text/plain", error.message, varied);
  if (error.where.answerForm === "das3")
    return {
      status,
      headers: [["Content-Type", "text/vnd.das.stream"], ...varied],
      body: das3ExceptionStream(exception, error.message),
    };
  return {
    status,
    headers: [["Content-Type", "text/vnd.das2.das2stream"], ...varied],
    body: exceptionStream(exception, error.message),
  };
}
