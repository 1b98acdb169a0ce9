import type { DataSource } from "../../dsdf/data-source.js";
import { asDasError, DasError } from "../../errors/das-error.js";
import type { PreparedData } from "../data/prepare.js";
import type { QueryContext } from "../query.js";

/** Checks that may go wrong one after the other, as while a file is being replaced, before that is taken for a no. */
const MOST_FAILURES = 2;

/** How a client is asked about again and again. */
export interface KeepOptions {
  /** Further conditions of the way in. Errors: what refuses it. */
  readonly check?: ((source: DataSource) => void) | undefined;
  /** Told once, why it may have no more of the stream: NEEDS_LOGIN, FORBIDDEN, NO_SUCH_SOURCE. */
  readonly onEnd: (error: DasError) => void;
}

/**
 * Asks every `LIVE_HEARTBEAT` whether a client may still have its stream, by the definition and the passwords as they are then: a login
 * that was taken away, a source that was protected or removed, end it. The result ends the asking; so does the end of the request.
 * Source: das2-server 6.1, 10.
 */
export function keepAccess(
  prepared: PreparedData,
  context: QueryContext,
  { check, onEnd }: KeepOptions,
): () => void {
  let failures = 0;
  let isAsking = false;
  const ask = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    const refusal = await refusalOf(prepared, context, check);
    isAsking = false;
    if (refusal === undefined) failures = 0;
    else if (FINAL.has(refusal.code) || ++failures >= MOST_FAILURES) {
      stop();
      if (!context.request.signal.aborted) onEnd(FINAL.has(refusal.code) ? refusal : unknown(refusal));
    }
  };
  const timer = setInterval(() => void ask(), context.site.config.liveHeartbeat * 1000);
  const stop = (): void => clearInterval(timer);
  context.trace.onEnd(stop);
  return stop;
}

/** Answers that do not become others by asking again. */
const FINAL: ReadonlySet<string> = new Set(["NEEDS_LOGIN", "FORBIDDEN", "NO_SUCH_SOURCE"]);

/** Why the client may not have it; `undefined`: it may. */
async function refusalOf(
  { source: { id }, query }: PreparedData,
  { site, request, trace }: QueryContext,
  check: ((source: DataSource) => void) | undefined,
): Promise<DasError | undefined> {
  if (query === undefined) return undefined;
  try {
    const source = await site.sources.find(id);
    if (source === undefined) return new DasError("NO_SUCH_SOURCE", "This source has been removed");
    check?.(source);
    const { begin, end } = query;
    const { granted } = await site.authorize(source, begin, end, request, site, trace.client);
    return granted
      ? undefined
      : new DasError(
          "NEEDS_LOGIN",
          "This stream ends: its source needs a user name and password that are valid now",
        );
  } catch (error) {
    return asDasError(error, "the access of a live stream");
  }
}

function unknown(failure: DasError): DasError {
  const message = "This stream ends: it cannot be found out whether it may go on";
  return new DasError("FORBIDDEN", message, {}, failure);
}
