/**
 * A request as the handlers see it: a plain value, whatever brought it (a socket, the CGI environment, a test).
 * `path` and `query` are as received, still percent-encoded.
 */
export interface Request {
  /** Names this request in `X-Request-Id` and in the log. */
  readonly id: string;
  readonly receivedAt: Date;
  readonly method: string;
  readonly protocol: "1.0" | "1.1";
  readonly scheme: "http" | "https";
  /** `Host` with its port; empty where the client sent none. */
  readonly host: string;
  /** Path of the server itself (`/das/server`), without a `/` at its end; empty at the root. */
  readonly mount: string;
  /** What follows the mount: empty, or beginning with `/`. */
  readonly path: string;
  /** Without the `?`. */
  readonly query: string;
  /** Names in lower case; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Address of the peer of the connection, which may be a proxy. */
  readonly peer: string;
  /** What the client sends, for the methods that send something; whoever reads it sets the limit. */
  readonly body?: AsyncIterable<Uint8Array>;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** One header line; names are written as they stand here, in canonical capitals (das2-server 1.3). */
export type HeaderLine = readonly [name: string, value: string];

/** A body that is known, or one that is made while it is sent. */
export type Body = Uint8Array | AsyncIterable<Uint8Array>;

/**
 * An answer as a plain value. Who takes it either iterates a streamed body or calls `return()` on its iterator,
 * so that what makes the body is released.
 */
export interface Response {
  readonly status: number;
  /** What stands behind the status, where it is not the usual phrase of {@link REASONS}: ASCII, fixed text only. */
  readonly reason?: string;
  readonly headers: readonly HeaderLine[];
  readonly body: Body;
}

/** Answers one request; never throws and never rejects. */
export type Handler = (request: Request) => Promise<Response>;

/** A body of no bytes. */
export const EMPTY_BODY: Uint8Array = new Uint8Array(0);

/** Whether the body is known as a whole. */
export function isWholeBody(body: Body): body is Uint8Array {
  return body instanceof Uint8Array;
}

/** The value of a header line, names compared without case; `undefined` where there is none. */
export function headerValue(response: Response, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return response.headers.find(([given]) => given.toLowerCase() === wanted)?.[1];
}

/** An answer of text in UTF-8. `type` is the media type without parameters. */
export function textResponse(
  status: number,
  type: string,
  text: string,
  headers: readonly HeaderLine[] = [],
): Response {
  return {
    status,
    headers: [["Content-Type", `${type}; charset=utf-8`], ...headers],
    body: Buffer.from(text, "utf8"),
  };
}

/** Reason phrases of the statuses that are sent. */
export const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  204: "No Content",
  206: "Partial Content",
  301: "Moved Permanently",
  302: "Found",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
};
