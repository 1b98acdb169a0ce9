import { readXUs2000 } from "../../stream/columns.js";
import type { PacketBatch, StreamItem } from "../../stream/model.js";
import type { Sidecar } from "./sidecar.js";

/**
 * Gathers what a sidecar tells of the content of a block, item by item: how many records, whether it is flat, from where to where
 * their positions go.
 */
export class BlockFacts {
  readonly #lastById = new Map<number, number>();
  #x = new Float64Array(0);
  #records = 0;
  #dataBytes = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #ascends = true;
  #isPlain = true;

  /** Records so far. */
  get records(): number {
    return this.#records;
  }

  /** Least and greatest position so far, us2000; `first` > `last` where there is none. A position that is no number makes them NaN. */
  get range(): { readonly first: number; readonly last: number } {
    return { first: this.#first, last: this.#last };
  }

  /** Takes the next item of the block. Errors: UNSUITED_STREAM where positions are no times. */
  push(item: StreamItem): void {
    if (item.kind === "data") this.#data(item.batch);
    else if (this.#records > 0 || item.kind === "exception") this.#isPlain = false;
  }

  /**
   * What a sidecar says.
   * @param bytes all bytes of the block
   * @param headerBytes those before the first data packet
   */
  finish(bytes: number, headerBytes: number): Pick<Sidecar, "records" | "headerBytes" | "flat" | "x"> {
    const { first, last } = this.range;
    return {
      records: this.#records,
      headerBytes,
      // The sum finds what leaves no item: a stream that is compressed, or has its header twice.
      flat: this.#isPlain && this.#ascends && headerBytes + this.#dataBytes === bytes,
      ...(this.#ascends && first <= last && { x: { first, last } }),
    };
  }

  #data(batch: PacketBatch): void {
    const { count, header } = batch;
    if (count === 0) return;
    if (this.#x.length < count) this.#x = new Float64Array(count);
    const x = this.#x;
    readXUs2000(batch, x);
    let before = this.#lastById.get(header.id) ?? Number.NEGATIVE_INFINITY;
    let first = this.#first;
    let last = this.#last;
    for (let i = 0; i < count; i++) {
      const at = x[i] ?? Number.NaN;
      // Also where it is no number.
      if (!(at >= before)) this.#ascends = false;
      before = at;
      first = Math.min(first, at);
      last = Math.max(last, at);
    }
    this.#first = first;
    this.#last = last;
    this.#lastById.set(header.id, before);
    this.#records += count;
    this.#dataBytes += batch.bytes.length;
  }
}
