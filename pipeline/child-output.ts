import type { Readable } from "node:stream";

/**
 * The output of a child as pieces, in one pass, read only as fast as they are taken. Ends at the end of the
 * output, or at once when `stop` is aborted or the consumer leaves; in all cases the output is then closed.
 *
 * Made in the same turn as the child: a child that ends before somebody listens would have its output thrown away.
 */
export class ChildOutput implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #readable: Readable;
  readonly #stop: AbortSignal;
  readonly #onEvent = (): void => this.#wake();
  #wake: () => void = () => undefined;

  constructor(readable: Readable, stop: AbortSignal) {
    this.#readable = readable;
    this.#stop = stop;
    for (const event of ["readable", "end", "close"]) readable.on(event, this.#onEvent);
    // A broken connection is an end; what it means is told by the status of the child.
    readable.on("error", this.#onEvent);
    stop.addEventListener("abort", this.#onEvent);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const readable = this.#readable;
    for (;;) {
      if (this.#stop.aborted) break;
      const piece: Buffer | null = readable.read();
      if (piece !== null) return { done: false, value: piece };
      if (readable.readableEnded || readable.destroyed) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.return();
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.close();
    return { done: true, value: undefined };
  }

  /** Reads to the end and throws away. */
  async drain(): Promise<void> {
    for (let got = await this.next(); got.done !== true; got = await this.next());
  }

  /** Closes the output: the program's next write fails. */
  close(): void {
    this.#stop.removeEventListener("abort", this.#onEvent);
    this.#readable.destroy();
    this.#wake();
  }
}
