import { DasError, OUTCOME } from "../../errors/das-error.js";
import { publicError } from "../error-response.js";
import { eventText } from "../event-text.js";
import type { LocalSource } from "../flex/find-local.js";
import type { Response } from "../http.js";
import type { QueryContext } from "../query.js";
import type { Trace } from "../trace.js";
import { EventWriter } from "./event-writer.js";
import { notLive, readLiveRequest } from "./live-request.js";
import { type LiveStream, openLive } from "./live-stream.js";

/** How long a browser waits before it connects again, ms. */
const RETRY_MS = 5000;
/** Longest position that is looked at. */
const MOST_ID_BYTES = 8192;

/**
 * `/source/ID/live`: the records of a source as server-sent events, those of the past and then new ones as they come. A client that
 * connects again with `Last-Event-ID` is given what came since, each record once.
 * Errors: those of a request for data; NOT_IMPLEMENTED for files and q streams. Source: HTML, section 9.2.
 */
export async function eventStream(context: QueryContext, local: LocalSource): Promise<Response> {
  const { request, trace, site } = context;
  const { source } = local;
  if (local.flex !== undefined) throw notLive();
  if (source.form === "file" || source.form === "qstream")
    throw new DasError("NOT_IMPLEMENTED", "this source gives no records that could be told as events");
  const live = await readLiveRequest(context, source);
  if ("elsewhere" in live) return live.elsewhere;
  const headers = [
    ["Content-Type", "text/event-stream"],
    // Proxies that gather answers would hold each event back.
    ["X-Accel-Buffering", "no"],
  ] as const;
  if (request.method === "HEAD") return { status: 200, headers, body: new Uint8Array(0) };
  const after = lastEventId(context);
  const stream = await openLive(live.prepared, context, {
    follows: live.follows,
    until: live.until,
    marked: true,
    after,
  });
  return { status: 200, headers, body: eventBody(stream, trace, site.config.liveHeartbeat * 1000) };
}

/** What the client was told last: a header that browsers send by themselves, or a parameter. */
function lastEventId({ request, words }: QueryContext): string | undefined {
  const id = request.headers["last-event-id"] ?? words.get("lastEventId");
  if (id === undefined || id === "") return undefined;
  if (id.length > MOST_ID_BYTES)
    throw new DasError(
      "BAD_PARAMETER",
      `the position has ${id.length} bytes, expected at most ${MOST_ID_BYTES}`,
    );
  return id;
}

/** The bytes of the events; a comment where nothing has come for so long. */
async function* eventBody(
  { portions }: LiveStream,
  trace: Trace,
  heartbeatMs: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(`retry: ${RETRY_MS}\n\n`);
  const writer = new EventWriter();
  let next = portions.next();
  let open = true;
  try {
    for (;;) {
      const step = await within(next, heartbeatMs);
      if (step === undefined) {
        yield Buffer.from(": nothing new\n\n");
        continue;
      }
      if (step.done === true) {
        open = false;
        yield Buffer.from(eventText("end", {}));
        return;
      }
      yield Buffer.from(writer.portion(step.value));
      next = portions.next();
    }
  } catch (thrown) {
    open = false;
    const error = publicError(thrown);
    trace.fail(error, error.code === "CANCELLED" ? "cancelled" : "failed");
    yield Buffer.from(
      eventText("exception", { type: OUTCOME[error.code].exception, message: error.message }),
    );
  } finally {
    if (open) {
      next.catch(() => undefined);
      await portions.return();
    }
  }
}

/** The result, or `undefined` after that time. */
async function within<T>(result: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
