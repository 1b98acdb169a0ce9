import { DasError, isDasError, OUTCOME } from "../errors/das-error.js";
import type { Emit, ItemSource, PacketBatch, StreamItem, StreamTransform } from "./model.js";

export { encodeItems } from "./encode-items.js";

/** What the surroundings want to know of a stream that they pass on. */
export interface FailureOptions {
  /**
   * Called once, before the exception item is given, with what went wrong: the code tells the exit status
   * (`OUTCOME`), `where` and `cause` are for the log. Not called for an exception item that the source itself
   * holds: that one was delivered well.
   */
  readonly onFailure?: ((error: DasError) => void) | undefined;
}

/**
 * The items of `source` as `transform` changes them. What fails becomes, after what was emitted before, an
 * exception item; the result itself never throws. Where the source fails the transform gets that exception, so
 * that it flushes what is pending. A source that has no stream header at all gives nothing.
 *
 * Leaving early ends the source. Batches stay as they are for good.
 * Source: das2-stream A13, reducers 1.3, 14.3.
 */
export async function* applyTransform(
  source: ItemSource,
  transform: StreamTransform,
  options: FailureOptions = {},
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  const run = new TransformRun(transform, options);
  const iterator = source[Symbol.asyncIterator]();
  let open = true;
  try {
    while (open && !run.failed) {
      const step = await iterator.next().catch((error: unknown) => {
        run.sourceFailed(error);
        return { done: true } as const;
      });
      if (step.done) {
        open = false;
        run.end();
      } else run.push(step.value);
      const portion = run.takeItems();
      if (portion.length > 0) yield portion;
    }
  } finally {
    if (open) await iterator.return?.();
  }
}

const IDENTITY: StreamTransform = { push: (item, emit) => emit(item), end: () => {} };

/**
 * The items of `source`; if it throws, an exception item in place of the error, as {@link applyTransform} does.
 */
export function withFailuresInBand(
  source: ItemSource,
  options: FailureOptions = {},
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  return applyTransform(source, IDENTITY, options);
}

/** Several transforms as one: what the first emits is pushed into the second, and so on, without a copy. */
export function chainTransforms(transforms: readonly StreamTransform[]): StreamTransform {
  let output: Emit = () => {};
  let input: Emit = (item) => output(item);
  const ends: (() => void)[] = [];
  for (const transform of [...transforms].reverse()) {
    const next = input;
    let ended = false;
    input = (item) => {
      if (ended) return;
      // Nothing follows an exception, and it takes the place of the end.
      ended = item.kind === "exception";
      transform.push(item, next);
    };
    ends.unshift(() => {
      if (!ended) transform.end(next);
      ended = true;
    });
  }
  return {
    push(item, emit) {
      output = emit;
      input(item);
    },
    end(emit) {
      output = emit;
      for (const end of ends) end();
    },
  };
}

/** The exception item that tells of an error in a stream. */
export function exceptionItem(error: DasError): StreamItem {
  return { kind: "exception", exception: { type: OUTCOME[error.code].exception, message: error.message } };
}

/** An error of any kind as one of the house; what is none is an INTERNAL one that keeps its cause to itself. */
export function asDasError(error: unknown): DasError {
  return isDasError(error) ? error : new DasError("INTERNAL", "internal error", {}, error);
}

/** One transform at work on one stream. */
class TransformRun {
  readonly #transform: StreamTransform;
  readonly #options: FailureOptions;
  #items: StreamItem[] = [];
  #current: PacketBatch | undefined;
  #begun = false;
  /** An exception has been emitted. */
  #ended = false;
  /** An exception has been pushed. */
  #closed = false;
  failed = false;

  constructor(transform: StreamTransform, options: FailureOptions) {
    this.#transform = transform;
    this.#options = options;
  }

  takeItems(): readonly StreamItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  push(portion: readonly StreamItem[]): void {
    this.#attempt(() => {
      for (const item of portion) {
        if (this.#closed) return;
        this.#closed = item.kind === "exception";
        this.#current = item.kind === "data" ? item.batch : undefined;
        this.#transform.push(item, this.#emit);
      }
    });
  }

  end(): void {
    this.#current = undefined;
    if (!this.#closed && !this.failed) this.#attempt(() => this.#transform.end(this.#emit));
  }

  sourceFailed(error: unknown): void {
    const failure = this.#report(error);
    if (this.#closed) return;
    this.#closed = true;
    // An empty input is told by the exit status alone (reducers 14.3).
    if (!this.#begun && failure.code === "NO_STREAM_HEADER") return;
    const item = exceptionItem(failure);
    this.#current = undefined;
    try {
      if (this.#begun) this.#transform.push(item, this.#emit);
    } catch {
      // The error of the source came first and is the one to tell.
    }
    this.#emit(item);
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#emit(exceptionItem(this.#report(error)));
    }
  }

  #report(error: unknown): DasError {
    const failure = asDasError(error);
    this.failed = true;
    this.#options.onFailure?.(failure);
    return failure;
  }

  readonly #emit: Emit = (item) => {
    if (this.#ended) return;
    if (item.kind === "stream") this.#begun = true;
    else if (!this.#begun) {
      this.#begun = true;
      this.#items.push({ kind: "stream", header: { version: "2.2", properties: [] } });
    }
    if (item.kind === "exception") this.#ended = true;
    this.#items.push(item.kind === "data" ? { kind: "data", batch: this.#kept(item.batch) } : item);
  };

  /** A batch that lasts: a view of the batch being pushed does, any other memory may be re-used at once. */
  #kept(batch: PacketBatch): PacketBatch {
    const { bytes } = batch;
    const source = this.#current?.bytes;
    if (
      source !== undefined &&
      bytes.buffer === source.buffer &&
      bytes.byteOffset >= source.byteOffset &&
      bytes.byteOffset + bytes.byteLength <= source.byteOffset + source.byteLength
    )
      return batch;
    // Not slice(): that of a Node Buffer gives a view.
    return { ...batch, bytes: new Uint8Array(bytes) };
  }
}
