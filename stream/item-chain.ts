import { asDasError, type DasError, OUTCOME } from "../errors/das-error.js";
import { BARE_HEADER } from "./bare-header.js";
import type { Emit, StreamException, StreamItem, StreamTransform } from "./model.js";

/** Which transform failed (-1: what feeds the chain), and how. */
export interface ChainFailure {
  readonly position: number;
  readonly error: DasError;
}

/** What an exception packet says of an error; das2-stream A13. */
export function exceptionOf(error: DasError): StreamException {
  return { type: OUTCOME[error.code].exception, message: error.message };
}

/**
 * Transforms one after the other, without I/O and without a hop between them: an item is pushed through all of
 * them before `push` returns.
 *
 * An error thrown by one of them reaches the next as an exception item, after what was emitted before, so that
 * it can flush; where that fails too, the first error is told. Nothing follows an exception, whoever emits it. A
 * failure before the stream header was seen leaves the output empty, as a program leaves it that cannot read its
 * input; only NO_DATA is always said, and is no failure.
 * Source: das2-stream A13, reducers 1.1, 1.3, 14.3.
 */
export class ItemChain {
  readonly #transforms: readonly StreamTransform[];
  readonly #emitters: readonly Emit[];
  /** Per position, sink last: whether a stream header came there, and whether anything more is taken. */
  readonly #sawHeader: boolean[];
  readonly #closed: boolean[];
  readonly #sink: Emit;
  #sinkError: { readonly error: unknown } | undefined;
  #failure: ChainFailure | undefined;
  #exception: StreamException | undefined;
  #packets = 0;

  constructor(transforms: readonly StreamTransform[], sink: Emit) {
    this.#transforms = transforms;
    this.#sink = sink;
    this.#emitters = transforms.map((_, position) => (item) => this.#offer(position + 1, item));
    this.#sawHeader = new Array(transforms.length + 1).fill(false);
    this.#closed = new Array(transforms.length + 1).fill(false);
  }

  /** The first transform (or the feed) that failed. */
  get failure(): ChainFailure | undefined {
    return this.#failure;
  }

  /** The exception that came out at the end. */
  get exception(): StreamException | undefined {
    return this.#exception;
  }

  /** Data packets that came out. */
  get packets(): number {
    return this.#packets;
  }

  /** Whether no further input is wanted. */
  get closed(): boolean {
    return this.#closed[0] === true;
  }

  /** Errors: only those of the sink. */
  push(item: StreamItem): void {
    this.#offer(0, item);
  }

  /** As {@link push}, done in steps where the first transform can: each when it is asked for, the last with the end. */
  *pushInSteps(item: StreamItem): Generator<undefined, void, undefined> {
    const [first] = this.#transforms;
    const [emit] = this.#emitters;
    if (item.kind !== "data" || first?.pushInSteps === undefined || emit === undefined) {
      this.#offer(0, item);
      return;
    }
    if (this.closed) return;
    try {
      for (const _step of first.pushInSteps(item.batch, emit)) {
        if (this.closed) return;
        yield;
      }
    } catch (error) {
      this.#caught(0, error);
    }
  }

  /** The input ended well. */
  end(): void {
    for (let position = 0; position < this.#transforms.length; position++) {
      if (this.#closed[position]) continue;
      this.#closed[position] = true;
      this.#run(position, (transform, emit) => transform.end(emit));
    }
    this.#closed[this.#transforms.length] = true;
  }

  /** What feeds the chain failed: an exception goes through all transforms. */
  fail(error: DasError): void {
    if (!this.closed) this.#failAt(-1, error);
  }

  #offer(position: number, item: StreamItem): void {
    if (this.#closed[position]) return;
    if (item.kind === "stream") this.#sawHeader[position] = true;
    if (item.kind === "exception") this.#closeUpTo(position);
    if (position === this.#transforms.length) this.#give(item);
    else this.#run(position, (transform, emit) => transform.push(item, emit));
  }

  #run(position: number, step: (transform: StreamTransform, emit: Emit) => void): void {
    const transform = this.#transforms[position];
    const emit = this.#emitters[position];
    if (transform === undefined || emit === undefined) return;
    try {
      step(transform, emit);
    } catch (error) {
      this.#caught(position, error);
    }
  }

  #caught(position: number, error: unknown): void {
    if (this.#sinkError !== undefined) throw this.#sinkError.error;
    this.#failAt(position, asDasError(error, "a filter"));
  }

  #failAt(position: number, error: DasError): void {
    if (error.code !== "NO_DATA") this.#failure ??= { position, error };
    this.#closeUpTo(position);
    const next = position + 1;
    if (this.#closed[next]) return;
    if (!this.#sawHeader[next]) {
      if (error.code !== "NO_DATA") {
        this.#closed.fill(true);
        return;
      }
      this.#offer(next, { kind: "stream", header: BARE_HEADER });
    }
    this.#offer(next, { kind: "exception", exception: exceptionOf(this.#failure?.error ?? error) });
  }

  #give(item: StreamItem): void {
    if (item.kind === "exception") this.#exception = item.exception;
    if (item.kind === "data") this.#packets += item.batch.count;
    try {
      this.#sink(item);
    } catch (error) {
      this.#sinkError = { error };
      throw error;
    }
  }

  #closeUpTo(position: number): void {
    for (let before = 0; before <= position; before++) this.#closed[before] = true;
  }
}
