import { DasError } from "../errors/das-error.js";
import { BARE_HEADER } from "../stream/bare-header.js";
import { bareDas3Stream, das3Exception } from "../stream/das3-packets.js";
import { printException, printStreamHeader } from "../stream/header-xml.js";
import { exceptionOf } from "../stream/item-chain.js";
import type { StreamException, StreamHeader } from "../stream/model.js";
import { das2Encoder } from "../stream/stream-writer.js";
import type { Assembled } from "./assemble.js";
import { runBuiltIn } from "./built-in-link.js";
import { Das3Health } from "./das3-health.js";
import { EncodedOutput } from "./encoded-output.js";
import { StreamHealth } from "./health.js";
import type { Failure } from "./judge.js";
import type { OutputFormat } from "./options.js";
import type { Outcome, StreamFacts } from "./outcome.js";
import type { Supervisor } from "./supervisor.js";

/** Type of the exception that stands for an answer without a byte; das2-stream A13.1. */
const EMPTY_RESPONSE = "EmptyResponseFromReader";

/** How the last bytes of a pipeline are looked after. */
export interface Delivery {
  readonly format: OutputFormat;
  readonly mayBeEmpty: boolean;
  readonly maxBytes: number;
  readonly rewriteHeader: ((header: StreamHeader) => StreamHeader) | undefined;
}

/** What has been given out so far. */
export class Given implements StreamFacts {
  bytes = 0;
  packets: number | undefined;
  exception: StreamFacts["exception"];
  mayBeEmpty = false;
}

/**
 * Gives out what an assembled pipeline makes: whole packets only, and, where the form can say it, how it ended.
 * The last piece comes when all stages have ended, or after the first exception packet.
 *
 * Errors: before the first byte the reason of the failure, so that it can be answered otherwise; after it, for
 * forms without in-band errors, the same. Source: das2-server 3.2, 3.3.
 */
export async function* deliver(
  supervisor: Supervisor,
  assembled: Assembled,
  delivery: Delivery,
  given: Given,
): AsyncGenerator<Uint8Array, void, undefined> {
  const followed = delivery.format !== "other" && assembled.spawned;
  const source = followed ? followPackets(supervisor, assembled.bytes, delivery, given) : assembled.bytes;
  for await (const piece of source) {
    if (given.bytes + piece.length > delivery.maxBytes) {
      supervisor.fail(tooLong(delivery.maxBytes));
      break;
    }
    given.bytes += piece.length;
    supervisor.clock.pause();
    yield piece;
    supervisor.clock.resume();
    if (supervisor.stop.aborted) break;
  }
  if (!assembled.spawned) {
    const { packets, exception } = assembled.seen();
    given.packets = packets;
    given.exception = exception;
  }
  const verdict = await finalVerdict(supervisor, given, delivery.mayBeEmpty);
  const exception = lastException(verdict, supervisor.cancellation, delivery.format, given);
  if (exception === undefined) return;
  const last = Buffer.concat(lastPackets(exception, delivery.format, given.bytes > 0));
  given.bytes += last.length;
  given.exception = exception;
  yield last;
}

/** The packets that tell of a failure; a stream that has not begun begins with its header. */
function lastPackets(exception: StreamException, format: OutputFormat, hasBegun: boolean): Uint8Array[] {
  if (format === "das3")
    return hasBegun ? [das3Exception(exception)] : [bareDas3Stream(), das3Exception(exception)];
  const packet = printException(exception);
  // A reader of q streams takes an exception without a stream before it; das2-stream D.
  return hasBegun || format === "qstream" ? [packet] : [printStreamHeader(BARE_HEADER), packet];
}

/** What an answer that is too long comes to. */
export function tooLong(maxBytes: number): Failure {
  const error = new DasError("OUTPUT_LIMIT", `the answer is longer than the limit of ${maxBytes} bytes`);
  return { reason: "output limit", error };
}

/** How it ended, once all stages have; put on record, for what is said of it afterwards is among the facts. */
export async function finalVerdict(
  supervisor: Supervisor,
  given: Given,
  mayBeEmpty: boolean,
): Promise<Outcome> {
  // After an exception, and when it may not go on, the stream is over, whatever the programs still do.
  if (given.exception === undefined && supervisor.cancellation === undefined) await supervisor.allEnded();
  given.mayBeEmpty = mayBeEmpty;
  const verdict = supervisor.verdict(given);
  if (verdict.kind === "failed") supervisor.note(verdict);
  return verdict;
}

/**
 * The exception for a failure that the stream has not told of.
 * Errors: the failure, where nothing was given out yet or the form has no room for it.
 */
export function lastException(
  outcome: Outcome,
  cancellation: DasError | undefined,
  format: OutputFormat,
  given: Given,
): StreamException | undefined {
  const error = cancellation ?? (outcome.kind === "failed" ? outcome.error : undefined);
  if (error === undefined) return undefined;
  if (error.code === "CANCELLED") throw error;
  const told = given.exception !== undefined && format !== "other";
  if (told) return undefined;
  const empty = outcome.kind === "failed" && outcome.reason === "empty";
  if (format === "other" || (given.bytes === 0 && !empty)) throw error;
  return empty ? { type: EMPTY_RESPONSE, message: error.message } : exceptionOf(error);
}

/** Passes on whole packets of a program that is not ours. */
async function* followPackets(
  supervisor: Supervisor,
  bytes: AsyncIterable<Uint8Array>,
  delivery: Delivery,
  given: Given,
): AsyncGenerator<Uint8Array> {
  const { format, rewriteHeader } = delivery;
  const health =
    format === "das3"
      ? new Das3Health()
      : new StreamHealth({ form: format === "qstream" ? "qstream" : "das2", rewriteHeader });
  const lastStage = supervisor.stages.length - 1;
  const badStream = (error: unknown): void => {
    if (!(error instanceof DasError)) throw error;
    supervisor.note({ reason: "bad stream", error, stage: lastStage });
  };
  const iterator = bytes[Symbol.asyncIterator]();
  let open = true;
  try {
    while (given.exception === undefined) {
      const got = await iterator.next();
      if (got.done === true) {
        open = false;
        if (supervisor.cancellation !== undefined) break;
        await supervisor.ended([lastStage]);
        if (!supervisor.stop.aborted) attempt(() => health.end(), badStream);
        break;
      }
      supervisor.clock.progress();
      const whole: Uint8Array[] = [];
      let taken = 0;
      const ok = attempt(() => {
        taken = health.push(got.value, (packets) => whole.push(packets));
      }, badStream);
      given.packets = health.packets;
      given.exception = health.exception;
      if (health.compressed) {
        open = false;
        const rest = resume([health.held, got.value.subarray(taken)], iterator);
        yield* unpacked(supervisor, rest, delivery, given);
        return;
      }
      const [only, ...more] = whole;
      if (only !== undefined) yield more.length === 0 ? only : Buffer.concat(whole);
      if (!ok) return;
    }
  } finally {
    if (open) await iterator.return?.(undefined);
  }
}

/** Runs a step; `false` if it threw. */
function attempt(step: () => void, onError: (error: unknown) => void): boolean {
  try {
    step();
    return true;
  } catch (error) {
    onError(error);
    return false;
  }
}

/** What was looked at already, and the rest. */
function resume(seen: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  const waiting = seen.filter((piece) => piece.length > 0);
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const value = waiting.shift();
        return value === undefined ? rest.next() : { done: false, value };
      },
      return: async () => (await rest.return?.(undefined)) ?? { done: true, value: undefined },
    }),
  };
}

/** A packed stream is unpacked, for only so its packets can be told apart; das2-stream A14. */
async function* unpacked(
  supervisor: Supervisor,
  bytes: AsyncIterable<Uint8Array>,
  { rewriteHeader }: Delivery,
  given: Given,
): AsyncGenerator<Uint8Array> {
  const lastStage = supervisor.stages.length - 1;
  const rewrite = {
    push(item: Parameters<ReturnType<typeof das2Encoder>["push"]>[0], emit: (i: typeof item) => void): void {
      const changed = item.kind === "stream" && rewriteHeader !== undefined;
      emit(changed ? { kind: "stream", header: rewriteHeader(item.header) } : item);
    },
    end: () => undefined,
  };
  yield* runBuiltIn(
    {
      source: { kind: "bytes", input: { bytes, verdict: async () => undefined } },
      transforms: [rewrite],
      computes: false,
      stop: supervisor.stop,
      onProgress: () => supervisor.clock.progress(),
    },
    new EncodedOutput(das2Encoder()),
    ({ chain }) => {
      given.packets = chain.packets;
      // What the chain itself says of a broken stream counts as told, and as the failure of who wrote it.
      given.exception = chain.exception;
      if (chain.failure !== undefined)
        supervisor.note({ reason: "bad stream", error: chain.failure.error, stage: lastStage });
    },
  );
}
