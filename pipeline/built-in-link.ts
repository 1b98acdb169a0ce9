import { setImmediate as nextTurn } from "node:timers/promises";
import { asDasError, DasError } from "../errors/das-error.js";
import { Gather } from "../stream/gather.js";
import { ItemChain } from "../stream/item-chain.js";
import type { StreamEncoder, StreamItem, StreamTransform } from "../stream/model.js";
import { StreamParser } from "../stream/stream-parser.js";
import { FlushClock } from "./flush-clock.js";
import { TURN_MS, whenAborted, wholeTurn } from "./waiting.js";

/** Where the bytes come from that a link reads. */
export interface LinkInput {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Resolves after the end of the bytes: the failure of whoever made them, if any. */
  readonly verdict: () => Promise<DasError | undefined>;
}

/** A run of built-in stages: what they read, what they do, what they write. */
export interface BuiltInLink {
  readonly source:
    | { readonly kind: "reader"; readonly items: AsyncIterable<readonly StreamItem[]> }
    | { readonly kind: "bytes"; readonly input: LinkInput };
  readonly transforms: readonly StreamTransform[];
  readonly encoder: StreamEncoder;
  readonly stop: AbortSignal;
  /** Called when something was read. */
  readonly onProgress: () => void;
}

/** How a run of built-in stages ended. */
export interface LinkResult {
  readonly chain: ItemChain;
  /** The encoder's own failure. */
  readonly encoderError: DasError | undefined;
  /** Not one byte came in. */
  readonly emptyInput: boolean;
}

/**
 * Runs built-in stages: items go from the source through all of them to the encoder without being written and
 * parsed in between. Gives headers at once, then pieces of 64 KiB or more, smaller ones when the input pauses and by
 * the {@link FlushClock}.
 *
 * Ends well whatever happens to the stages: what went wrong is in the result, and, after a stream header, in
 * the stream. Stops reading as soon as nothing more is wanted. Source: reducers 1.1, 14.3.
 */
export async function* runBuiltIn(
  link: BuiltInLink,
  done: (result: LinkResult) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const gather = new Gather();
  const sink = new EncoderSink(link.encoder, gather);
  const chain = new ItemChain(link.transforms, (item) => sink.push(item));
  const { source } = link;
  const parser = source.kind === "bytes" ? new StreamParser() : undefined;
  const iterator: AsyncIterator<Uint8Array | readonly StreamItem[]> =
    source.kind === "bytes"
      ? source.input.bytes[Symbol.asyncIterator]()
      : source.items[Symbol.asyncIterator]();
  const stopped = whenAborted(link.stop);
  let emptyInput = parser !== undefined;
  let turnBegan = performance.now();
  let exhausted = false;
  try {
    while (!chain.closed && sink.error === undefined && !link.stop.aborted) {
      const coming = stopped.or(iterator.next());
      // One whole turn of the event loop without input is a pause: what there is goes out.
      if (sink.pending && (await Promise.race([coming, wholeTurn()])) === "turn") {
        sink.flush();
        yield* gather.takeAll();
      }
      const got = await coming;
      if (got === "stopped") break;
      if (got instanceof DasError) {
        exhausted = true;
        chain.fail(got);
        break;
      }
      if (got.done === true) {
        exhausted = true;
        await finish(link, parser, chain, emptyInput);
        break;
      }
      link.onProgress();
      if (got.value instanceof Uint8Array) emptyInput &&= got.value.length === 0;
      for (const items of portionsOf(got.value, parser, chain)) {
        for (const item of items) chain.push(item);
        const due = sink.isDue;
        if (due) {
          sink.flush();
          yield* gather.takeAll();
        } else yield* gather.takeFull();
        if (chain.closed || sink.error !== undefined) break;
        // What a consumer writes to a socket in this turn leaves with the turn: it must not wait for what comes next.
        if (due || performance.now() - turnBegan > TURN_MS) {
          await nextTurn();
          turnBegan = performance.now();
          if (link.stop.aborted) break;
        }
      }
    }
    if (link.stop.aborted) sink.flush();
    else sink.end();
    yield* gather.takeAll();
  } finally {
    stopped.forget();
    // Not waited for: a reader in the middle of something returns when it next looks at its signal.
    if (!exhausted) void iterator.return?.(undefined)?.catch(() => undefined);
    done({ chain, encoderError: sink.error, emptyInput: emptyInput && exhausted });
  }
}

/** The input has ended: tells the chain whether well. */
async function finish(
  link: BuiltInLink,
  parser: StreamParser | undefined,
  chain: ItemChain,
  emptyInput: boolean,
): Promise<void> {
  const failed = link.source.kind === "bytes" ? await link.source.input.verdict() : undefined;
  if (link.stop.aborted) return;
  if (parser !== undefined && !emptyInput) {
    try {
      for (const item of parser.end()) chain.push(item);
    } catch (error) {
      // That the end is missing is the consequence, where whoever wrote it has failed.
      if (failed === undefined) chain.fail(asDasError(error, "reading the stream"));
    }
  }
  if (failed !== undefined) chain.fail(failed);
  else if (!emptyInput) chain.end();
}

/** Items as they come, or as they are parsed; what cannot be parsed makes the chain fail. */
function* portionsOf(
  value: Uint8Array | readonly StreamItem[],
  parser: StreamParser | undefined,
  chain: ItemChain,
): Generator<readonly StreamItem[]> {
  if (!(value instanceof Uint8Array)) {
    yield value;
    return;
  }
  if (parser === undefined) return;
  try {
    yield* parser.portions(value);
  } catch (error) {
    chain.fail(asDasError(error, "reading the stream"));
  }
}

/** The encoder at the end of a chain: keeps its own failure apart from those of the transforms. */
class EncoderSink {
  readonly #encoder: StreamEncoder;
  readonly #gather: Gather;
  #error: DasError | undefined;
  #used = false;
  #pending = false;
  #header = false;
  readonly #clock = new FlushClock();

  constructor(encoder: StreamEncoder, gather: Gather) {
    this.#encoder = encoder;
    this.#gather = gather;
  }

  get error(): DasError | undefined {
    return this.#error;
  }

  push(item: StreamItem): void {
    this.#used = true;
    this.#pending = true;
    if (item.kind === "stream" || item.kind === "packet") this.#header = true;
    if (this.#error === undefined) this.#attempt(() => this.#encoder.push(item, this.#gather.write));
  }

  /** Whether something may not have been written yet. */
  get pending(): boolean {
    return this.#pending;
  }

  /** Headers go out at once, so that nobody gives up waiting (reducers 1.1); the first data and a trickle by the clock. */
  get isDue(): boolean {
    return this.#header || (this.#pending && this.#clock.isDue);
  }

  flush(): void {
    this.#pending = false;
    this.#header = false;
    this.#clock.flushed();
    if (this.#used && this.#error === undefined)
      this.#attempt(() => this.#encoder.flush?.(this.#gather.write));
  }

  /** Where no stream came, none is ended: the output stays empty. */
  end(): void {
    if (this.#used && this.#error === undefined) this.#attempt(() => this.#encoder.end(this.#gather.write));
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#error = asDasError(error, "a converter");
    }
  }
}
