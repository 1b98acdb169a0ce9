import { DasError } from "../../errors/das-error.js";
import type { StreamItem } from "../../stream/model.js";

/** Some items of a live stream, and where the stream stands behind them. */
export interface LivePortion {
  readonly items: readonly StreamItem[];
  /** The position behind it as text, by which the stream can be gone on with; missing where nobody asks. */
  readonly mark?: string;
}

/** Bytes of data that wait for a client; beyond that it is too slow to be live. */
const MOST_WAITING_BYTES = 8 << 20;

/**
 * What waits for one client. Whoever feeds it never waits; a client that lets too much gather loses all of it and is told so, the others
 * are not slowed down.
 */
export class ClientQueue {
  readonly #onOverflow: (error: DasError) => void;
  readonly #mostBytes: number;
  #portions: LivePortion[] = [];
  #bytes = 0;
  #end: { readonly error?: DasError } | undefined;
  #wake: () => void = () => undefined;

  /** @param onOverflow is told at once that the client is too slow, whether or not it still takes anything */
  constructor(onOverflow: (error: DasError) => void, mostBytes: number = MOST_WAITING_BYTES) {
    this.#onOverflow = onOverflow;
    this.#mostBytes = mostBytes;
  }

  /** Adds a portion, whose memory must last. */
  push(portion: LivePortion): void {
    if (this.#end !== undefined) return;
    for (const item of portion.items) if (item.kind === "data") this.#bytes += item.batch.bytes.length;
    if (this.#bytes > this.#mostBytes) {
      this.#portions = [];
      const error = new DasError(
        "TOO_SLOW",
        "New records came faster than they were taken; those that were not taken are left out",
        { waiting: this.#bytes },
      );
      this.end(error);
      this.#onOverflow(error);
      return;
    }
    this.#portions.push(portion);
    this.#wake();
  }

  /** Nothing more comes, for that reason if it is one. What waits is still given. */
  end(error?: DasError): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake();
  }

  /** What was pushed, until the end. To be called once. Errors: the one of the end; TOO_SLOW. */
  async *take(): AsyncGenerator<LivePortion, void, undefined> {
    for (;;) {
      const portions = this.#portions;
      this.#portions = [];
      this.#bytes = 0;
      yield* portions;
      if (this.#portions.length > 0) continue;
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end !== undefined) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
