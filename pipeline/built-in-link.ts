import { asDasError, DasError } from "../errors/das-error.js";
import { ItemChain } from "../stream/item-chain.js";
import type { StreamDecoder, StreamItem, StreamTransform } from "../stream/model.js";
import { StreamParser } from "../stream/stream-parser.js";
import { MeasuredParts } from "./measured-parts.js";
import { Turn, whenAborted, wholeTurn } from "./waiting.js";

/** Where the bytes come from that a link reads. */
export interface LinkInput {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Resolves after the end of the bytes: the failure of whoever made them, if any. */
  readonly verdict: () => Promise<DasError | undefined>;
}

/** What becomes of the items at the end of a link: bytes in some form, or the items themselves. */
export interface LinkOutput<T> {
  /** Called before an item goes into the chain: views of its memory last until the next portion is asked for. */
  readonly coming: (item: StreamItem) => void;
  /** Takes an item that came out of the chain. Never throws. */
  readonly push: (item: StreamItem) => void;
  /** Its own failure, after which nothing more comes. */
  readonly error: DasError | undefined;
  /** Whether something may not have been given yet. */
  readonly pending: boolean;
  /** Whether what is pending should go out though more input is there. */
  readonly isDue: boolean;
  flush(): void;
  end(): void;
  /** The pieces that are complete. */
  takeFull(): readonly T[];
  /** The pieces that are complete and what is not. */
  takeAll(): readonly T[];
  /** What follows the end, made piece by piece. Never throws. */
  rest(): Iterable<T>;
  /** Nothing more is asked for. */
  close(): void;
}

/** A run of built-in stages: what they read, what they do. */
export interface BuiltInLink {
  readonly source:
    | { readonly kind: "reader"; readonly items: AsyncIterable<readonly StreamItem[]> }
    | {
        readonly kind: "bytes";
        readonly input: LinkInput;
        /** Reads them; missing: as a das2 stream. */
        readonly decoder?: StreamDecoder | undefined;
      };
  readonly transforms: readonly StreamTransform[];
  /** Whether something is computed of the records, so that others must be let in between some of them. */
  readonly computes: boolean;
  readonly stop: AbortSignal;
  /** Called when something was read. */
  readonly onProgress: () => void;
}

/** How a run of built-in stages ended. */
export interface LinkResult {
  readonly chain: ItemChain;
  /** The failure of the output itself, which is that of a converter. */
  readonly outputError: DasError | undefined;
  /** Not one byte came in. */
  readonly emptyInput: boolean;
}

/**
 * Runs built-in stages: items go from the source through all of them to the output without being written and
 * parsed in between. Gives what the output has as it fills, and all of it when the input pauses. Whatever is computed, the rest of
 * the server runs in between.
 *
 * Ends well whatever happens to the stages: what went wrong is in the result, and, after a stream header, in
 * the stream. Stops reading as soon as nothing more is wanted. Source: reducers 1.1, 14.3.
 */
export async function* runBuiltIn<T>(
  link: BuiltInLink,
  output: LinkOutput<T>,
  done: (result: LinkResult) => void,
): AsyncGenerator<T, void, undefined> {
  const chain = new ItemChain(link.transforms, output.push);
  const { source } = link;
  const parser = source.kind === "bytes" ? (source.decoder ?? new StreamParser()) : undefined;
  const iterator: AsyncIterator<Uint8Array | readonly StreamItem[]> =
    source.kind === "bytes"
      ? source.input.bytes[Symbol.asyncIterator]()
      : source.items[Symbol.asyncIterator]();
  const stopped = whenAborted(link.stop);
  let emptyInput = parser !== undefined;
  const parts = new MeasuredParts();
  const turn = new Turn();
  let exhausted = false;
  try {
    while (!chain.closed && output.error === undefined && !link.stop.aborted) {
      const coming = stopped.or(iterator.next());
      // One whole turn of the event loop without input is a pause: what there is goes out.
      if (output.pending && (await Promise.race([coming, wholeTurn()])) === "turn") {
        output.flush();
        yield* output.takeAll();
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
        if (link.computes) yield* pushParts(items, link, chain, output, parts, turn);
        else
          for (const item of items) {
            output.coming(item);
            chain.push(item);
          }
        const due = output.isDue;
        if (due) {
          output.flush();
          yield* output.takeAll();
        } else yield* output.takeFull();
        if (chain.closed || output.error !== undefined) break;
        // What a consumer writes to a socket in this turn leaves with the turn: it must not wait for what comes next.
        if (due || turn.isOver) await turn.next();
        if (link.stop.aborted) break;
      }
    }
    if (link.stop.aborted) output.flush();
    else output.end();
    yield* output.takeAll();
    for (const piece of output.rest()) {
      if (link.stop.aborted) break;
      link.onProgress();
      yield piece;
      if (turn.isOver) await turn.next();
    }
  } finally {
    output.close();
    stopped.forget();
    // Not waited for: a reader in the middle of something returns when it next looks at its signal.
    if (!exhausted) void iterator.return?.(undefined)?.catch(() => undefined);
    done({ chain, outputError: output.error, emptyInput: emptyInput && exhausted });
  }
}

/** Pushes items in parts and steps, and lets others run whenever its turn is over; gives what the output has by then. */
async function* pushParts<T>(
  items: readonly StreamItem[],
  { stop, onProgress }: BuiltInLink,
  chain: ItemChain,
  output: LinkOutput<T>,
  parts: MeasuredParts,
  turn: Turn,
): AsyncGenerator<T, void, undefined> {
  async function* letOthersRun(): AsyncGenerator<T, void, undefined> {
    // Who computes is not silent.
    onProgress();
    if (output.isDue) {
      output.flush();
      yield* output.takeAll();
    } else yield* output.takeFull();
    await turn.next();
  }
  for (const item of items)
    for (const part of parts.of(item)) {
      output.coming(part);
      for (const _step of chain.pushInSteps(part)) {
        parts.took();
        if (turn.isOver) yield* letOthersRun();
        if (stop.aborted) return;
      }
      parts.took();
      if (turn.isOver) yield* letOthersRun();
      if (chain.closed || output.error !== undefined || stop.aborted) return;
    }
}

/** The input has ended: tells the chain whether well. */
async function finish(
  link: BuiltInLink,
  parser: StreamDecoder | undefined,
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
  parser: StreamDecoder | undefined,
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
