import type { PacketBatch, StreamItem } from "../stream/model.js";
import { clockMs } from "./clock.js";
import { TURN_MS } from "./waiting.js";

/** How long a part should take: a turn that was not over before a part is over soon after it. */
const PART_MS = TURN_MS / 2;
/** Of these little is computed in most chains, and not too much in any: what a part takes is known only after the first. */
const FIRST_BYTES = 16_384;
/** No batch is longer; more would only grow. */
const MOST_BYTES = 1 << 30;

/** How long the parts of one packet id are made, by what those before took. */
class PartSize {
  /** Of the next part. */
  bytes = FIRST_BYTES;

  /** A part of so many bytes took so long. */
  learn(bytes: number, ms: number): void {
    if (ms > 2 * PART_MS) this.bytes = Math.max(1, (bytes * PART_MS) / ms);
    // A part that was shorter than it might have been tells nothing of a longer one.
    else if (ms < PART_MS / 2 && 2 * bytes > this.bytes) this.bytes = Math.min(MOST_BYTES, 2 * this.bytes);
  }
}

/** A part that is being worked on. */
interface OpenPart {
  readonly size: PartSize;
  readonly bytes: number;
  readonly beganMs: number;
}

/**
 * Divides batches by their records into parts that take about half a turn of the event loop each, whatever a chain does with them: the
 * parts of an id begin small, double while they are done sooner, and shrink, down to one record, where they take longer. No records
 * are copied.
 */
export class MeasuredParts {
  readonly #clock: () => number;
  readonly #sizes = new Map<number, PartSize>();
  /** The part that was given last, until it is done. */
  #open: OpenPart | undefined;

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
    const size = this.#sizeOf(id);
    for (let first = 0; first < batch.count; ) {
      const count = Math.min(batch.count - first, Math.max(1, Math.floor(size.bytes / stride)));
      this.#open = { size, bytes: count * stride, beganMs: this.#clock() };
      yield count === batch.count ? item : { kind: "data", batch: recordsOf(batch, first, count) };
      this.took();
      first += count;
    }
  }

  /** The part that was given last is done, or has been left for a while: what came later is not its own time. */
  took(): void {
    if (this.#open === undefined) return;
    const { size, bytes, beganMs } = this.#open;
    this.#open = undefined;
    size.learn(bytes, this.#clock() - beganMs);
  }

  #sizeOf(id: number): PartSize {
    const known = this.#sizes.get(id) ?? new PartSize();
    this.#sizes.set(id, known);
    return known;
  }
}

/** Some records of a batch. Not said to last: whoever sends memory gives it back for use again, and here several share one. */
function recordsOf({ header, bytes }: PacketBatch, first: number, count: number): PacketBatch {
  const { stride } = header;
  return { header, bytes: bytes.subarray(first * stride, (first + count) * stride), count };
}
