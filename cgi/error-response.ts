import { DasError, OUTCOME } from "../errors/das-error.js";
import { isBrowser } from "./browser.js";
import { escapeAscii } from "./escape.js";
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
  const text = escapeAscii(message.slice(0, MAX_MESSAGE).replaceAll('"', "'"))
    .replaceAll("&#39;", "'")
    .replace(/\r\n|\r|\n/g, "&#13;&#10;");
  const packet = `<exception type="${type}" message="${text}"/>\n`;
  return Buffer.from(`${STREAM_HEADER}[xx]${String(packet.length).padStart(6, "0")}${packet}`, "latin1");
}

/** What is told of an error: a {@link DasError} speaks for itself, anything else stays inside. */
export function publicError(error: unknown): DasError {
  if (error instanceof DasError) return error;
  return new DasError("INTERNAL", "The server failed on this request", {}, error);
}

/**
 * The answer for an error: JSON at a path of JSON, its message as plain text for a browser, else an exception stream.
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
    const text = `${JSON.stringify({ error: { type: exception, message: error.message } })}\n`;
    return { status, headers: [["Content-Type", "application/json"], ...headers], body: Buffer.from(text) };
  }
  if (isBrowser(request.headers["user-agent"]))
    return textResponse(status, "text/plain", error.message, headers);
  return {
    status,
    headers: [["Content-Type", "text/vnd.das2.das2stream"], ...headers],
    body: exceptionStream(exception, error.message),
  };
}
