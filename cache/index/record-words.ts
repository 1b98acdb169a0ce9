import { endianness } from "node:os";
import { RECORD_BYTES } from "./block-record.js";

const IS_LITTLE_ENDIAN = endianness() === "LE";

/** Room that is used again for the words of one piece of records after the other. */
export class RecordWords {
  #bytes = Buffer.alloc(0);
  #words = new Uint32Array(0);

  /**
   * Records as pairs of 32-bit words, at an even address whatever theirs is: valid until the next call. A last record that is not
   * whole is left out.
   */
  of(records: Uint8Array): Uint32Array {
    const count = Math.floor(records.length / RECORD_BYTES);
    const length = count * RECORD_BYTES;
    if (length > this.#bytes.length) {
      const room = new ArrayBuffer(length);
      this.#bytes = Buffer.from(room);
      this.#words = new Uint32Array(room);
    }
    this.#bytes.set(records.subarray(0, length));
    if (!IS_LITTLE_ENDIAN) this.#bytes.subarray(0, length).swap32();
    return this.#words.subarray(0, 2 * count);
  }
}
