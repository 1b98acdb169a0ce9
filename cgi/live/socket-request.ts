import type { DataSource } from "../../dsdf/data-source.js";
import { DasError, type ErrorCode, OUTCOME } from "../../errors/das-error.js";
import { encodeItems } from "../../stream/encode-items.js";
import type { ItemSource } from "../../stream/model.js";
import { applyTransform } from "../../stream/transform.js";
import { answerData } from "../data/answer.js";
import { das3ExceptionStream } from "../error-response.js";
import { findLocal } from "../flex/find-local.js";
import { type Body, type HeaderLine, isWholeBody, type Request, type Response } from "../http.js";
import { ownUrl } from "../own-url.js";
import type { QueryContext } from "../query.js";
import type { LivePortion } from "./client-queue.js";
import { liveEncoding } from "./live-encoder.js";
import { type LiveRequest, notLive, readLiveRequest } from "./live-request.js";
import { openLive } from "./live-stream.js";

/** What a client is let in for: the bytes of a stream, and when it has to be let go of. */
export interface SocketAnswer {
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborted where the client must go, whether or not it takes what is there. */
  readonly cut: AbortSignal;
}

/**
 * Opens the stream that a WebSocket asks for; what refuses it is an answer, or an error.
 * Errors: NO_SUCH_SOURCE, FORBIDDEN for a page of another site that asks for protected data, and those of a request for data.
 * Source: das2-server 10.
 */
export async function socketAnswer(
  context: QueryContext,
  id: string,
): Promise<{ readonly elsewhere: Response } | SocketAnswer> {
  context.trace.source = id;
  const found = await findLocal(context, id);
  if (found === undefined) throw new DasError("NO_SUCH_SOURCE", "There is no source of this id");
  const { source } = found;
  if (found.flex !== undefined) throw notLive();
  context.trace.source = source.id;
  checkOrigin(context, source);
  const asked = await readLiveRequest(context, source);
  if ("elsewhere" in asked) return asked;
  return asked.follows && asked.prepared.query !== undefined
    ? await live(context, source, asked)
    : await past(context, asked);
}

/** Browsers let any page open a WebSocket, and send along what the user has logged in with. */
function checkOrigin({ request, site }: QueryContext, source: DataSource): void {
  const origin = request.headers.origin;
  if (origin === undefined || source.access.length === 0) return;
  // The service may have a port of its own.
  const hosts = [ownUrl(request, site), `http://${request.host}`].map(hostOf);
  const from = hostOf(origin);
  if (from === undefined || !hosts.includes(from))
    throw new DasError("FORBIDDEN", "Pages of other sites may not ask for protected data");
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

async function live(context: QueryContext, source: DataSource, asked: LiveRequest): Promise<SocketAnswer> {
  const { trace, request } = context;
  const { prepared, follows, until } = asked;
  const { filters, encoder } = await liveEncoding(prepared.words, source, {
    signal: request.signal,
    log: () => undefined,
    env: {},
  });
  const { portions, cut } = await openLive(prepared, context, {
    ...{ follows, until, marked: false },
    check: (now) => checkOrigin(context, now),
  });
  const items = applyTransform(itemsOf(portions), filters, {
    onFailure: (error) => trace.fail(error, error.code === "CANCELLED" ? "cancelled" : "failed"),
  });
  return { body: encodeItems(items, encoder), cut };
}

async function* itemsOf(portions: AsyncIterable<LivePortion>): ItemSource {
  for await (const { items } of portions) yield items;
}

/** Nothing new can come: the answer of any request for data, in messages. */
async function past(
  context: QueryContext,
  { prepared }: LiveRequest,
): Promise<{ readonly elsewhere: Response } | SocketAnswer> {
  const response = await answerData(prepared, context);
  if (response.status !== 200) return { elsewhere: response };
  return { body: pieces(response.body), cut: new AbortController().signal };
}

async function* pieces(body: Body): AsyncGenerator<Uint8Array, void, undefined> {
  if (!isWholeBody(body)) yield* body;
  else if (body.length > 0) yield body;
}

/** Errors whose status says more than that the request was wrong. */
const SPEAKING: ReadonlySet<number> = new Set([401, 403, 404, 405, 414, 429, 431]);
/** What of a request for data is no query that can be answered. */
const QUERY_ERRORS: ReadonlySet<ErrorCode> = new Set(["BAD_PARAMETER", "BAD_TIME", "TOO_MUCH_ASKED"]);

/**
 * How a WebSocket is refused before it is one: the status, and a das3 stream that holds the reason. 422 for a query that cannot be
 * answered, 400 for what is no such request. Source: das2-server 10.
 */
export function refuseSocket(_request: Request, error: DasError, headers: readonly HeaderLine[]): Response {
  const { status, exception } = OUTCOME[error.code];
  return {
    status: QUERY_ERRORS.has(error.code) ? 422 : status >= 500 || SPEAKING.has(status) ? status : 400,
    headers: [["Content-Type", "text/vnd.das.stream"], ...headers],
    body: das3ExceptionStream(exception, error.message),
  };
}
