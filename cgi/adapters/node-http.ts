import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { returnPiece } from "../../stream/piece-pool.js";
import type { Handler, Request, Response } from "../http.js";
import { isWholeBody, REASONS } from "../http.js";
import { nextRequestId } from "../request-id.js";
import { splitTarget, type Target } from "./request-target.js";

/** Settings of the socket adapter. */
export interface NodeHttpOptions {
  /** Path under which the handler answers, without a `/` at its end; empty: everything. */
  readonly mount: string;
  /** Where the mount is another name of a part of the server: the server's mount, and the path of that part below it. */
  readonly meant?: { readonly mount: string; readonly path: string };
  /** Longest wait, milliseconds, until a client has taken one piece of the answer; then its connection is closed. */
  readonly slowClientMs: number;
}

/** The address at the other end; of IPv4 in its own form, however the server listens. */
export function peerAddress(socket: Socket): string {
  return (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
}

/** The request of a socket; `undefined` where its path is not below the mount. */
export function requestFromNode(
  message: IncomingMessage,
  mount: string,
  signal: AbortSignal,
): Request | undefined {
  const target = splitTarget(message.url ?? "/", mount);
  return target === undefined ? undefined : nodeRequest(message, mount, target, signal);
}

/** The request of a socket with its target taken apart. */
export function nodeRequest(
  message: IncomingMessage,
  mount: string,
  target: Target,
  signal: AbortSignal,
): Request {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(message.headers))
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return {
    id: nextRequestId(),
    receivedAt: new Date(),
    method: message.method ?? "GET",
    protocol: message.httpVersionMajor === 1 && message.httpVersionMinor >= 1 ? "1.1" : "1.0",
    scheme: "encrypted" in message.socket ? "https" : "http",
    host: headers.host ?? "",
    mount,
    path: target.path,
    query: target.query,
    headers,
    peer: peerAddress(message.socket),
    ...(message.method === "POST" ? { body: message } : {}),
    signal,
  };
}

/** Status line and headers, names as they are written in the response. */
export function sendHead(response: Response, message: IncomingMessage, out: ServerResponse): void {
  const lines: string[] = [];
  let hasLength = false;
  for (const [name, value] of response.headers) {
    lines.push(name, value);
    if (name === "Content-Length") hasLength = true;
  }
  const old =
    message.httpVersionMajor < 1 || (message.httpVersionMajor === 1 && message.httpVersionMinor < 1);
  // HTTP/1.0 knows no chunks: the end of the body is the end of the connection (das2-server 1.3).
  if (old && !hasLength) {
    out.useChunkedEncodingByDefault = false;
    out.shouldKeepAlive = false;
  }
  // A body that nobody reads must not be mistaken for the next request.
  if (message.method !== "GET" && message.method !== "HEAD" && message.method !== "OPTIONS")
    out.shouldKeepAlive = false;
  out.writeHead(response.status, response.reason ?? REASONS[response.status] ?? "Status", lines);
}

/** Waits until `out` can take more, closed or not; closes the connection of a client that takes too long. */
function drained(out: ServerResponse, event: "drain" | "finish", limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => out.destroy(), limitMs);
    const done = () => {
      clearTimeout(timer);
      out.off(event, done);
      out.off("close", done);
      resolve();
    };
    out.on(event, done);
    out.on("close", done);
  });
}

/** Sends an answer, pulling a streamed body no faster than the client takes it. Never throws. */
export async function sendResponse(
  response: Response,
  message: IncomingMessage,
  out: ServerResponse,
  slowClientMs: number,
): Promise<void> {
  sendHead(response, message, out);
  if (isWholeBody(response.body)) {
    out.end(response.body);
    if (!out.writableFinished && !out.destroyed) await drained(out, "finish", slowClientMs);
    return;
  }
  const pieces = response.body[Symbol.asyncIterator]();
  try {
    for (;;) {
      if (out.destroyed) break;
      const piece = await pieces.next();
      if (piece.done === true) {
        out.end();
        if (!out.writableFinished && !out.destroyed) await drained(out, "finish", slowClientMs);
        return;
      }
      if (out.write(piece.value) || out.destroyed) continue;
      await drained(out, "drain", slowClientMs);
      // All that was written has been taken, unless the connection is gone.
      if (!out.destroyed) returnPiece(piece.value);
    }
    await pieces.return?.();
  } catch {
    // The form has no way to tell of an error in band: a body cut off is the only honest end (das2-server 3.3). What was written in
    // this turn of the event loop leaves at its end.
    await nextTurn();
    out.destroy();
  }
}

/** A listener for `node:http` that answers what is below the mount; gives `false` for anything else, which it leaves untouched. */
export function nodeListener(
  handler: Handler,
  options: NodeHttpOptions,
): (message: IncomingMessage, out: ServerResponse) => boolean {
  return (message, out) => {
    const abort = new AbortController();
    const arrived = requestFromNode(message, options.mount, abort.signal);
    if (arrived === undefined) return false;
    const { meant } = options;
    const request =
      meant === undefined
        ? arrived
        : { ...arrived, mount: meant.mount, path: `${meant.path}${arrived.path}` };
    out.on("error", () => abort.abort());
    out.on("close", () => {
      if (!out.writableFinished) abort.abort();
    });
    handler(request)
      .then((response) => sendResponse(response, message, out, options.slowClientMs))
      // A header that cannot be written would end the process; so only its connection ends.
      .catch(() => out.destroy());
    return true;
  };
}
