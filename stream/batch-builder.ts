import { DasError } from "../errors/das-error.js";
import { COLON, NEWLINE } from "./framing.js";
import type { PacketBatch, PacketHeader } from "./model.js";
import { isText } from "./value-type.js";

const SPACE = 0x20;

/**
 * Makes data packets of one id, one after the other, in memory that is used again:
 *
 *     const at = builder.next();
 *     builder.view.setFloat64(at + plane.offset, x);
 *     if (builder.full) emit({ kind: "data", batch: builder.take() });
 *
 * Bytes of a packet that are not written hold anything. Source: das2-stream A2.2.
 */
export class BatchBuilder {
  readonly header: PacketHeader;
  /** Where the packets are written; the same array for the life of the builder. */
  readonly bytes: Uint8Array;
  /** The same memory. */
  readonly view: DataView;
  readonly #capacity: number;
  /** `:01:` as one big-endian word. */
  readonly #prefix: number;
  /** Whether a record is a line of text, so that its last byte ends the line. */
  readonly #lines: boolean;
  #count = 0;

  /** @param capacityBytes room, at least for one packet */
  constructor(header: PacketHeader, capacityBytes = 65_536) {
    this.header = header;
    this.#capacity = Math.max(1, Math.floor(capacityBytes / header.stride));
    this.bytes = new Uint8Array(this.#capacity * header.stride);
    this.view = new DataView(this.bytes.buffer);
    const last = header.planes.at(-1);
    this.#lines = last !== undefined && isText(last.type);
    const tens = 48 + Math.floor(header.id / 10);
    const ones = 48 + (header.id % 10);
    this.#prefix = (COLON << 24) | (tens << 16) | (ones << 8) | COLON;
  }

  /** Packets made since the last {@link take}. */
  get count(): number {
    return this.#count;
  }

  /** Whether there is no room for another packet. */
  get full(): boolean {
    return this.#count === this.#capacity;
  }

  /** Begins a packet: the offset of its prefix, which is written. Errors: INTERNAL if {@link full}. */
  next(): number {
    if (this.#count === this.#capacity) throw new DasError("INTERNAL", "a full batch takes no more packets");
    const at = this.#count++ * this.header.stride;
    this.view.setInt32(at, this.#prefix);
    return at;
  }

  /**
   * The packets made so far, as a view that holds until {@link next}; `undefined` if there are none. Where the
   * last plane is text, a blank at the end of a record becomes a newline (das2-stream A6.3).
   */
  take(): PacketBatch | undefined {
    const { header, bytes } = this;
    const count = this.#count;
    if (count === 0) return undefined;
    this.#count = 0;
    const end = count * header.stride;
    if (this.#lines)
      for (let at = header.stride - 1; at < end; at += header.stride)
        if (bytes[at] === SPACE || bytes[at] === 0) bytes[at] = NEWLINE;
    return { header, bytes: bytes.subarray(0, end), count };
  }
}
