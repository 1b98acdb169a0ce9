import type { Writable } from "node:stream";
import { returnPiece } from "../../stream/piece-pool.js";
import { encodedPath } from "../../stream/url-text.js";
import type { Handler, Request } from "../http.js";
import { isWholeBody } from "../http.js";
import { nextRequestId } from "../request-id.js";
import { type CgiOutput, parsedOutput } from "./cgi-output.js";
import { splitTarget } from "./request-target.js";

/** The environment of a CGI program. */
export type CgiEnvironment = Readonly<Record<string, string | undefined>>;

/** Opened by who reads it. */
const STDIN: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator](),
};

/**
 * The request that a CGI environment describes. `REQUEST_URI` (Apache) is preferred to `PATH_INFO`: it is still encoded, so
 * that decoding happens once. Source: RFC 3875 section 4.
 */
export function requestFromCgi(env: CgiEnvironment, signal: AbortSignal): Request {
  const mount = (env.SCRIPT_NAME ?? "").replace(/\/+$/, "");
  const uri = env.REQUEST_URI;
  const fromUri = uri === undefined ? undefined : splitTarget(uri, mount);
  const pathInfo = encodedPath(env.PATH_INFO ?? "");
  const target = fromUri ?? { path: pathInfo, query: env.QUERY_STRING ?? "" };
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(env))
    if (name.startsWith("HTTP_")) headers[name.slice(5).toLowerCase().replaceAll("_", "-")] = value;
  headers["content-type"] ??= env.CONTENT_TYPE;
  headers["content-length"] ??= env.CONTENT_LENGTH;
  // Passed on by CGIPassAuth as HTTP_AUTHORIZATION; the rewrite idiom sets it with or without a prefix.
  headers.authorization ??= env.REDIRECT_HTTP_AUTHORIZATION ?? env.AUTHORIZATION;
  const https = /^(on|1|https)$/i.test(env.HTTPS ?? "") || env.REQUEST_SCHEME === "https";
  return {
    id: nextRequestId(),
    receivedAt: new Date(),
    method: env.REQUEST_METHOD ?? "GET",
    protocol: env.SERVER_PROTOCOL === "HTTP/1.0" ? "1.0" : "1.1",
    scheme: https ? "https" : "http",
    host: headers.host ?? hostFromServer(env, https),
    mount,
    path: target.path,
    query: target.query,
    headers,
    peer: env.REMOTE_ADDR ?? "",
    ...(env.REQUEST_METHOD === "POST" ? { body: STDIN } : {}),
    signal,
  };
}

function hostFromServer(env: CgiEnvironment, https: boolean): string {
  const name = env.SERVER_NAME ?? "";
  const port = env.SERVER_PORT ?? "";
  return name === "" || port === "" || port === (https ? "443" : "80") ? name : `${name}:${port}`;
}

/** How long a piece may wait to be taken once the answer was told to end, ms: half of what the whole program gets. */
const LAST_WRITES_MS = 1000;

/**
 * Writes and waits until the bytes were taken; `false` once the other side is gone. When the request is given up they are
 * waited for a little longer: an answer that was told to end still says so, behind a whole piece.
 */
function writeOut(out: Writable, bytes: Uint8Array, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const hurry = (): void => {
      timer = setTimeout(() => resolve(false), LAST_WRITES_MS);
    };
    if (signal.aborted) hurry();
    else signal.addEventListener("abort", hurry, { once: true });
    // Also called, with the error, when the other side has gone.
    out.write(bytes, (error) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", hurry);
      resolve(error === null || error === undefined);
    });
  });
}

/** The next piece of a body; `undefined` where it broke off, which is on record. */
async function nextPiece(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array> | undefined> {
  try {
    return await pieces.next();
  } catch {
    return undefined;
  }
}

/**
 * Answers one CGI request on `out`, pulling the body no faster than it is taken. A body that breaks off is left without its end: a
 * web server that reads the answer ends it cleanly all the same, one that passes it on does not (das2-server 3.3).
 * @returns `false` where the answer is not whole: it broke off, or the client left
 */
export async function runCgi(
  handler: Handler,
  env: CgiEnvironment,
  out: Writable,
  abort: AbortController,
  output: CgiOutput = parsedOutput,
): Promise<boolean> {
  // An error on a write (EPIPE) is seen by its callback; without a listener it would end the process, also afterwards.
  out.on("error", () => abort.abort());
  const response = await handler(requestFromCgi(env, abort.signal));
  const { head: headText, piece: written, end } = output(response);
  const head = Buffer.from(headText, "latin1");
  if (isWholeBody(response.body))
    return writeOut(out, Buffer.concat([head, written(response.body), end]), abort.signal);
  let whole = await writeOut(out, head, abort.signal);
  const pieces = response.body[Symbol.asyncIterator]();
  while (whole) {
    const piece = await nextPiece(pieces);
    if (piece === undefined) return false;
    if (piece.done === true) return end.length === 0 || writeOut(out, end, abort.signal);
    whole = await writeOut(out, written(piece.value), abort.signal);
    if (whole) returnPiece(piece.value);
  }
  abort.abort();
  await pieces.return?.();
  return false;
}
