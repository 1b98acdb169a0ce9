import { asDasError, type DasError } from "../errors/das-error.js";
import { Gather } from "../stream/gather.js";
import type { StreamEncoder, StreamItem } from "../stream/model.js";
import type { LinkOutput } from "./built-in-link.js";
import { FlushClock } from "./flush-clock.js";

/**
 * The bytes that an encoder makes of what comes out of a link: headers at once, then pieces of 64 KiB or more, smaller
 * ones when the input pauses and by the {@link FlushClock}. Keeps the encoder's own failure apart from those of the
 * transforms. The memory of a piece belongs to whoever takes it, who must not write to it: a batch that lasts and is written as it
 * is becomes a piece itself.
 */
export class EncodedOutput implements LinkOutput<Uint8Array> {
  readonly #encoder: StreamEncoder;
  readonly #gather = new Gather();
  #error: DasError | undefined;
  #used = false;
  #ended = false;
  #pending = false;
  #header = false;
  /** The bytes of the batch that is being encoded, where they last. */
  #lasting: Uint8Array | undefined;
  readonly #clock = new FlushClock();

  constructor(encoder: StreamEncoder) {
    this.#encoder = encoder;
  }

  get error(): DasError | undefined {
    return this.#error;
  }

  coming(): void {}

  readonly push = (item: StreamItem): void => {
    this.#used = true;
    this.#pending = true;
    if (item.kind === "stream" || item.kind === "packet") this.#header = true;
    this.#lasting = item.kind === "data" && item.batch.lasts ? item.batch.bytes : undefined;
    if (this.#error === undefined) this.#attempt(() => this.#encoder.push(item, this.#write));
  };

  readonly #write = (bytes: Uint8Array): void => {
    if (bytes === this.#lasting) this.#gather.pass(bytes);
    else this.#gather.write(bytes);
  };

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
    if (!this.#used || this.#error !== undefined) return;
    this.#ended = true;
    this.#attempt(() => this.#encoder.end(this.#gather.write));
  }

  takeFull(): readonly Uint8Array[] {
    return this.#gather.takeFull();
  }

  takeAll(): readonly Uint8Array[] {
    return this.#gather.takeAll();
  }

  *rest(): Generator<Uint8Array> {
    if (!this.#ended || this.#error !== undefined || this.#encoder.rest === undefined) return;
    try {
      yield* this.#encoder.rest();
    } catch (error) {
      this.#error = asDasError(error, "a converter");
    }
  }

  close(): void {
    this.#attempt(() => this.#encoder.close?.());
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#error = asDasError(error, "a converter");
    }
  }
}
