import type { PacketBatch, StreamItem } from "../stream/model.js";
import { clockMs } from "./clock.js";
import { TURN_MS } from "./waiting.js";

/** How long a part should take: a turn that was not over before a part is over soon after it. */
const PART_MS = TURN_MS / 2;
/** Of these little is computed in most chains, and not too much in any: what a part takes is known only after the first. */
const FIRST_BYTES = 16_384;
/** No batch is longer; more would only grow. */
const MOST_BYTES = 1 << 30;

/**
 * Divides batches by their records into parts that take about half a turn of the event loop each, whatever a chain does with them: the
 * parts of an id begin small, double while they are done sooner, and shrink, down to one record, where they take longer. No records
 * are copied.
 */
export class MeasuredParts {
  readonly #clock: () => number;
  /** Bytes of the next part, by packet id. */
  readonly #sizes = new Map<number, number>();
  #id = 0;
  #bytes = 0;
  #began: number | undefined;

  /** @param clock milliseconds that only grow */
  constructor(clock: () => number = clockMs) {
    this.#clock = clock;
  }

  /** The item itself, if it is no batch or a short one; else its parts in order, each of whole records, together all of them. */
  *of(item: StreamItem): Generator<StreamItem, void, undefined> {
    if (item.kind !== "data") {
      yield item;
      return;
    }
    const { batch } = item;
    const { id, stride } = batch.header;
    this.#id = id;
    for (let first = 0; first < batch.count; ) {
      const left = batch.count - first;
      const count = Math.min(left, Math.max(1, Math.floor(this.#size / stride)));
      this.#bytes = count * stride;
      this.#began = this.#clock();
      yield count === batch.count ? item : { kind: "data", batch: recordsOf(batch, first, count) };
      this.took();
      first += count;
    }
  }

  /** The part that was given last is done, or has been left for a while: what came later is not its own time. */
  took(): void {
    if (this.#began === undefined) return;
    const ms = this.#clock() - this.#began;
    this.#began = undefined;
    if (ms > 2 * PART_MS) this.#size = Math.max(1, (this.#bytes * PART_MS) / ms);
    // A part that was shorter than it might have been tells nothing of a longer one.
    else if (ms < PART_MS / 2 && 2 * this.#bytes > this.#size)
      this.#size = Math.min(MOST_BYTES, 2 * this.#size);
  }

  get #size(): number {
    return this.#sizes.get(this.#id) ?? FIRST_BYTES;
  }

  set #size(bytes: number) {
    this.#sizes.set(this.#id, bytes);
  }
}

/** Some records of a batch. Not said to last: whoever sends memory gives it back for use again, and here several share one. */
function recordsOf({ header, bytes }: PacketBatch, first: number, count: number): PacketBatch {
  const { stride } = header;
  return { header, bytes: bytes.subarray(first * stride, (first + count) * stride), count };
}
