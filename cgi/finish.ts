import { publicError } from "./error-response.js";
import type { Body, HeaderLine, Request, Response } from "./http.js";
import { EMPTY_BODY, headerValue, isWholeBody } from "./http.js";
import type { Trace } from "./trace.js";

const CORS: readonly HeaderLine[] = [
  ["Access-Control-Allow-Origin", "*"],
  ["Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"],
  ["Access-Control-Allow-Headers", "Content-Type, Authorization"],
  // What else a page may read of an answer: how it was made, where it is described, when to come again.
  [
    "Access-Control-Expose-Headers",
    "Content-Disposition, ETag, Heliostream-Provenance, Link, Retry-After, X-Request-Id",
  ],
];

/** The status on record where the client left before anything was sent. */
export const NOTHING_SENT = 0;

/** Below this a coded body is hardly shorter than the plain one. */
const MIN_GZIP_BYTES = 512;

/** Whether the client takes gzip; `q=0` refuses it. */
export function acceptsGzip(request: Request): boolean {
  const accepted = request.headers["accept-encoding"];
  if (accepted === undefined) return false;
  return accepted.split(",").some((item) => {
    const [coding = "", ...parameters] = item
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    return (
      (coding === "gzip" || coding === "x-gzip" || coding === "*") &&
      !parameters.some((p) => /^q=0(\.0*)?$/.test(p))
    );
  });
}

/** Whether a whole answer is of a type that a coding may shorten; binary streams are never coded (das2-server 1.3). */
function isCodableType(response: Response): boolean {
  const type = headerValue(response, "Content-Type") ?? "";
  // A coding gathers what is to be told at once.
  if (response.status !== 200 || type === "text/event-stream") return false;
  return /^(?:text\/|application\/json|image\/svg|[^;]*\+xml)/.test(type);
}

function isCodable(response: Response): boolean {
  if (!isCodableType(response) || headerValue(response, "Content-Encoding") !== undefined) return false;
  return !isWholeBody(response.body) || response.body.length >= MIN_GZIP_BYTES;
}

/**
 * The headers of a request on which an answer depends, in one line: those that whoever made it names, and those that are known here. An
 * answer without its body has the line of the one with it. Source: RFC 9110, 12.5.5.
 */
function withVary(response: Response): Response {
  const isVary = ([name]: HeaderLine): boolean => name.toLowerCase() === "vary";
  const named = response.headers.filter(isVary).flatMap(([, value]) => value.split(/\s*,\s*/));
  if (isCodableType(response) || response.status === 304) named.push("Accept-Encoding");
  if (headerValue(response, "WWW-Authenticate") !== undefined) named.push("Authorization");
  if (named.length === 0) return response;
  const others = response.headers.filter((line) => !isVary(line));
  return { ...response, headers: [...others, ["Vary", [...new Set(named)].sort().join(", ")]] };
}

/** The same answer in gzip where the client asked and the content is text. */
async function coded(request: Request, response: Response): Promise<Response> {
  if (!acceptsGzip(request) || !isCodable(response)) return response;
  const { gzipStream, gzipWhole } = await import("./gzip.js");
  const body: Body = isWholeBody(response.body) ? await gzipWhole(response.body) : gzipStream(response.body);
  return {
    ...response,
    headers: [...response.headers, ["Content-Encoding", "gzip"]],
    body,
  };
}

/** Notes an error of a streamed body, unless who made the body has done so. */
function noteFailure(trace: Trace, error: unknown): void {
  if (trace.outcome !== "complete") return;
  const known = publicError(error);
  trace.fail(known, known.code === "CANCELLED" ? "cancelled" : "failed");
}

/** Counts a streamed body and writes the record when it ends, however it ends. */
function recorded(
  body: AsyncIterable<Uint8Array>,
  trace: Trace,
  done: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  let bytes = 0;
  let open = true;
  const close = () => {
    if (open) done(bytes);
    open = false;
  };
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      try {
        const piece = await source.next();
        if (piece.done === true) close();
        else {
          trace.firstByteMs ??= trace.elapsedMs();
          bytes += piece.value.length;
        }
        return piece;
      } catch (error) {
        noteFailure(trace, error);
        close();
        throw error;
      }
    },
    async return() {
      if (open && trace.outcome === "complete") trace.outcome = "cancelled";
      try {
        await source.return?.();
      } finally {
        close();
      }
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/**
 * Makes an answer ready to be sent: headers that all have, coding, length, no body for `HEAD`; and sees to its record.
 * Source: das2-server 1.3, 18.1.
 */
export async function finishResponse(
  request: Request,
  answered: Response,
  trace: Trace,
  write: (status: number, bytes: number) => void,
): Promise<Response> {
  const response = await coded(request, withVary(answered));
  const headers: HeaderLine[] = [...response.headers];
  if (headerValue(response, "Cache-Control") === undefined) headers.push(["Cache-Control", "no-store"]);
  // What is for this site alone says so itself.
  if (headerValue(response, "Cross-Origin-Resource-Policy") === undefined) headers.push(...CORS);
  headers.push(["X-Request-Id", request.id]);
  const { body, ...head } = response;
  const { status } = head;
  const bodiless = request.method === "HEAD" || status === 204 || status === 304;
  if (!isWholeBody(body)) {
    if (!bodiless) {
      // Status and headers go out with the first byte.
      const done = (bytes: number) =>
        write(bytes === 0 && trace.outcome === "cancelled" ? NOTHING_SENT : status, bytes);
      return { ...head, headers, body: recorded(body, trace, done) };
    }
    await body[Symbol.asyncIterator]().return?.();
    write(status, 0);
    return { ...head, headers, body: EMPTY_BODY };
  }
  // A HEAD of data has no known length: nothing was run to find it.
  const lengthKnown = body.length > 0 || request.method !== "HEAD";
  if (lengthKnown && status !== 204 && status !== 304) headers.push(["Content-Length", String(body.length)]);
  if (!bodiless) trace.firstByteMs ??= trace.elapsedMs();
  write(status, bodiless ? 0 : body.length);
  return { ...head, headers, body: bodiless ? EMPTY_BODY : body };
}
