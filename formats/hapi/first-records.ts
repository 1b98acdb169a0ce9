import type { PacketBatch, PacketHeader } from "../../stream/model.js";

/** So few that the first byte need not wait, unless records come rarely; their times tell whether milliseconds are enough. */
const MOST_RECORDS = 16;
/** Long records are few, and one of them is enough. */
const MOST_BYTES = 65_536;

/**
 * The first records of a packet type, by which it is decided how all are written: as many of them however they come together, so that
 * the same stream gives the same bytes.
 */
export class FirstRecords {
  #header: PacketHeader | undefined;
  #bytes = new Uint8Array(0);
  #count = 0;
  #wanted = 0;

  /** Copies the records that are still wanted from the begin of a batch. Gives the rest of it once there are enough; before, nothing. */
  add(batch: PacketBatch): PacketBatch | undefined {
    const { header, bytes } = batch;
    const { stride } = header;
    if (this.#header !== header) {
      this.#header = header;
      this.#wanted = Math.min(MOST_RECORDS, Math.max(1, Math.floor(MOST_BYTES / stride)));
      this.#bytes = new Uint8Array(this.#wanted * stride);
      this.#count = 0;
    }
    const taken = Math.min(batch.count, this.#wanted - this.#count);
    this.#bytes.set(bytes.subarray(0, taken * stride), this.#count * stride);
    this.#count += taken;
    if (this.#count < this.#wanted) return undefined;
    return { header, bytes: bytes.subarray(taken * stride), count: batch.count - taken };
  }

  /** Those that were copied, which are then held no more; `undefined` if there are none. */
  take(): PacketBatch | undefined {
    const header = this.#header;
    if (header === undefined || this.#count === 0) return undefined;
    const batch = { header, bytes: this.#bytes.subarray(0, this.#count * header.stride), count: this.#count };
    this.#header = undefined;
    return batch;
  }
}
