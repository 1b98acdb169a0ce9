import type { DataSource } from "../../dsdf/data-source.js";
import { type Provenance, withProvenance } from "../../dsdf/provenance.js";
import { isReducible } from "../../dsdf/reduction.js";
import { DasError } from "../../errors/das-error.js";
import type { StreamItem } from "../../stream/model.js";
import { timeToUs2000 } from "../../stream/time.js";
import { pipelineSetting } from "../data/pipeline-setting.js";
import type { PreparedData } from "../data/prepare.js";
import { queryProvenance } from "../data/provenance.js";
import { quoted } from "../data/quoted.js";
import type { QueryContext } from "../query.js";
import type { Site } from "../site.js";
import { ClientQueue, type LivePortion } from "./client-queue.js";
import { HeaderMemory } from "./header-memory.js";
import { History } from "./history.js";
import { keepAccess } from "./keep-access.js";
import { liveSubject, nowUs } from "./live-reading.js";
import { liveRoom } from "./live-room.js";
import type { LiveWords } from "./live-words.js";
import { type EqualX, Position } from "./position.js";
import { portionsUntil } from "./until.js";

/** A stream that begins in the past and goes on with what comes. */
export interface LiveStream {
  /**
   * Headers and data, once; each record once, in order of time. A portion lasts until the next one is asked for. Leaving early, the signal of
   * the request and the end of the server end all that was run for it. Errors: those of a pipeline; TOO_SLOW; STOPPED where the server closes;
   * those of {@link keepAccess} where the client may not have it any more.
   */
  readonly portions: AsyncGenerator<LivePortion, void, undefined>;
  /** Aborted as soon as the client has to be let go of, whether or not it takes what is there: its reason is the error. */
  readonly cut: AbortSignal;
}

/** How a stream is opened. */
export interface LiveOptions {
  /** As of {@link LiveWords}. */
  readonly follows: boolean;
  readonly until?: LiveWords["until"] | undefined;
  /** Whether the position is told with the portions. */
  readonly marked: boolean;
  /** Further conditions of the way in, asked again as long as the stream goes on. Errors: what refuses it. */
  readonly check?: ((source: DataSource) => void) | undefined;
  /** The position of a stream of the same request, as it was told: it goes on from there. */
  readonly after?: string | undefined;
}

/** Looks for records from before the end of a stream that are still made when it has come. */
const LAST_POLLS = 2;
/** The longest delay that a timer takes. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Opens the stream of a prepared request. Resolves when its first reading has begun well, so what cannot be given is refused by its status.
 * Errors: those of a pipeline that fails before it writes; OVERLOADED; STOPPED; BAD_PARAMETER for a position that is none.
 */
export async function openLive(
  prepared: PreparedData,
  context: QueryContext,
  options: LiveOptions,
): Promise<LiveStream> {
  const { site, trace, request } = context;
  const room = liveRoom(site);
  trace.onEnd(room.enter());
  const cut = new AbortController();
  const { query, source } = prepared;
  if (query === undefined) return { portions: nothing(), cut: cut.signal };
  const subject = liveSubject(source, query, site);
  const letGo = AbortSignal.any([room.closing, cut.signal]);
  const signal = AbortSignal.any([request.signal, letGo]);
  const position = positionOf(options.after, timeToUs2000(query.begin), subject.equalX);
  const headers = new HeaderMemory();
  const until = options.until === undefined ? undefined : timeToUs2000(options.until);
  const { marked, follows, check } = options;
  if (follows) keepAccess(prepared, context, { check, onEnd: (error) => cut.abort(error) });
  const history = new History({
    context,
    subject,
    notBefore: timeToUs2000((query.reading ?? query).begin),
    position,
    headers,
    marked,
    follows,
    until: follows ? until : timeToUs2000(query.end),
    signal,
  });
  await history.start();

  async function* all(): AsyncGenerator<LivePortion, void, undefined> {
    yield* unlessLetGo(history.portions(), letGo);
    if (!follows) return;
    const queue = new ClientQueue((error) => cut.abort(error));
    const release = endWith(queue, signal, until === undefined ? undefined : lastLook(until, prepared, site));
    const part = room.join(subject, { position, queue, marked });
    try {
      for await (const portion of queue.take()) {
        const items = portion.items.filter((item) => item.kind === "data" || headers.isNew(item));
        if (items.length > 0) yield { ...portion, items };
      }
    } finally {
      release();
      await part();
    }
  }
  const portions = until === undefined ? all() : portionsUntil(all(), until);
  const binSeconds = isReducible(source, pipelineSetting(site).tools) ? query.resolution : undefined;
  const provenance = queryProvenance(source, query, binSeconds, site);
  return { portions: toldPortions(portions, provenance), cut: cut.signal };
}

/** The same portions, whose stream header says how the stream is made. */
async function* toldPortions(
  portions: AsyncIterable<LivePortion>,
  provenance: Provenance,
): AsyncGenerator<LivePortion, void, undefined> {
  for await (const portion of portions)
    yield portion.items.some(({ kind }) => kind === "stream")
      ? { ...portion, items: portion.items.map((item) => toldItem(item, provenance)) }
      : portion;
}

function toldItem(item: StreamItem, provenance: Provenance): StreamItem {
  return item.kind === "stream" ? { kind: "stream", header: withProvenance(item.header, provenance) } : item;
}

/** The same portions; what was being read for a client that is let go of, as when the server closes, fails by the reason of that. */
async function* unlessLetGo(
  portions: AsyncIterable<LivePortion>,
  letGo: AbortSignal,
): AsyncGenerator<LivePortion, void, undefined> {
  try {
    yield* portions;
  } catch (error) {
    throw letGo.reason instanceof DasError ? letGo.reason : error;
  }
  if (letGo.reason instanceof DasError) throw letGo.reason;
}

async function* nothing(): AsyncGenerator<LivePortion, void, undefined> {}

/** Errors: BAD_PARAMETER. */
function positionOf(after: string | undefined, begin: number, equalX: EqualX): Position {
  if (after === undefined) return new Position(begin, equalX);
  const position = Position.parse(after, equalX);
  if (position === undefined)
    throw new DasError("BAD_PARAMETER", `the position ${quoted(after)} is none that this server has told`);
  // What may be read was decided by the begin of the request.
  position.notBefore(begin);
  return position;
}

/** Milliseconds until nothing is expected any more that comes before the end. */
function lastLook(until: number, { source }: PreparedData, site: Site): number {
  const pollSeconds = source.livePollSeconds ?? site.config.livePoll;
  return (until - nowUs(site)) / 1000 + LAST_POLLS * pollSeconds * 1000;
}

/** Ends a queue with the signal, and after a time where one is given; the result keeps it from that. */
function endWith(queue: ClientQueue, signal: AbortSignal, afterMs: number | undefined): () => void {
  const onAbort = (): void => queue.end(signal.reason instanceof DasError ? signal.reason : undefined);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  const timer =
    afterMs === undefined || afterMs > MAX_TIMER_MS
      ? undefined
      : setTimeout(() => queue.end(), Math.max(0, afterMs));
  return () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  };
}
