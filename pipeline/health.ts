import { DasError } from "../errors/das-error.js";
import {
  bodyLength,
  COLON,
  DATA_PREFIX_BYTES,
  dataId,
  endOfRun,
  HEADER_PREFIX_BYTES,
  headerId,
  NEWLINE,
  OPEN,
} from "../stream/framing.js";
import { DEFAULT_LIMITS } from "../stream/limits.js";
import type { StreamException } from "../stream/model.js";
import { printable } from "../stream/printable.js";
import { type HeaderOptions, HeaderWatch } from "./header-watch.js";

/**
 * Follows the framing of a stream made by a program that is not ours, and passes on whole packets only, as
 * they are; at most one incomplete packet is held. Values are not looked at. One newline too many before a prefix is left out, and
 * headers are mended as {@link HeaderWatch} does. Nothing is passed on after an exception.
 *
 * Source: das2-server 3.3, das2-stream A2, A3, A13.2, D.
 */
export class StreamHealth {
  readonly #headers: HeaderWatch;
  /** The beginning of a packet whose rest has not come; `#needed` bytes are known to belong to it. */
  #held = new Uint8Array(0);
  #heldLength = 0;
  #position = 0;
  /** A stray newline was the last that was seen. */
  #newline = false;
  #packets = 0;

  constructor(options: HeaderOptions) {
    this.#headers = new HeaderWatch(options);
  }

  /** Data packets passed on. */
  get packets(): number {
    return this.#packets;
  }

  /** The exception that was passed on; nothing is taken after it. */
  get exception(): StreamException | undefined {
    return this.#headers.exception;
  }

  /** The stream header announced that the rest is packed, so that its framing cannot be seen; das2-stream A14. */
  get compressed(): boolean {
    return this.#headers.compressed;
  }

  /** Bytes held back because their packet is not whole: what must be parsed again once `compressed` was found. */
  get held(): Uint8Array {
    return this.#held.subarray(0, this.#heldLength);
  }

  /**
   * Gives the whole packets that `bytes` completes, in order, to `pass`; what it is given are views.
   *
   * @returns how many of the bytes were taken: all, unless the stream has ended or is {@link compressed}
   * Errors: those of a broken stream (das2-stream A3), after everything before the bad packet was passed on.
   */
  push(bytes: Uint8Array, pass: (packets: Uint8Array) => void): number {
    let at = 0;
    while (at < bytes.length && this.#heldLength > 0 && this.#open) at = this.#complete(bytes, at, pass);
    if (at === bytes.length || !this.#open) return at;
    this.#walk(bytes, at, pass);
    return bytes.length;
  }

  /** Errors: PARTIAL_PACKET if the end came inside a packet. */
  end(): void {
    if (this.#heldLength > 0 && this.#open)
      throw new DasError(
        "PARTIAL_PACKET",
        `the stream ends inside a packet, after ${this.#heldLength} of its bytes, at byte ${this.#position}`,
      );
  }

  get #open(): boolean {
    return this.#headers.exception === undefined && !this.#headers.compressed;
  }

  /** Adds to the held packet what it still needs; returns where the next begins. */
  #complete(bytes: Uint8Array, from: number, pass: (packets: Uint8Array) => void): number {
    const wanted = this.#length(this.#held, 0, this.#heldLength);
    const taken = Math.min(wanted - this.#heldLength, bytes.length - from);
    this.#hold(bytes.subarray(from, from + taken), wanted);
    if (this.#heldLength < wanted) return from + taken;
    const whole = this.#held.subarray(0, this.#heldLength);
    // Either a whole packet, or a prefix whose length only now can be read.
    if (this.#length(whole, 0, whole.length) === whole.length) {
      // The memory goes on to the consumer, so the next incomplete packet gets its own.
      this.#heldLength = 0;
      this.#held = new Uint8Array(0);
      this.#walk(whole, 0, pass);
    }
    return from + taken;
  }

  #hold(bytes: Uint8Array, wanted: number): void {
    const length = this.#heldLength + bytes.length;
    if (length > this.#held.length) {
      const bigger = new Uint8Array(Math.max(Math.min(wanted, length * 2), length));
      bigger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = bigger;
    }
    this.#held.set(bytes, this.#heldLength);
    this.#heldLength = length;
  }

  /** Passes on all whole packets from `at`, in runs as long as possible, and holds the rest. */
  #walk(bytes: Uint8Array, from: number, pass: (packets: Uint8Array) => void): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let runFrom = from;
    let at = from;
    const flush = (to: number): void => {
      if (to > runFrom) pass(bytes.subarray(runFrom, to));
      this.#position += to - runFrom;
    };
    try {
      while (at < bytes.length) {
        // Of a length one too small; more of them are something else, and would count as progress for ever.
        if (bytes[at] === NEWLINE && this.#headers.hasBegun && !this.#newline) {
          this.#newline = true;
          flush(at);
          this.#position += 1;
          runFrom = ++at;
          continue;
        }
        const length = this.#length(bytes, at, bytes.length);
        this.#newline = false;
        if (at + length > bytes.length) break;
        if (bytes[at] === COLON) {
          const to = endOfRun(view, at, bytes.length, length);
          this.#packets += (to - at) / length;
          at = to;
          continue;
        }
        const packet = bytes.subarray(at, at + length);
        const instead = this.#headers.look(packet);
        if (instead !== packet) {
          flush(at);
          if (instead !== undefined) pass(instead);
          this.#position += length;
          runFrom = at + length;
        }
        at += length;
        if (!this.#open) {
          // A packed stream is handed over whole, its header included.
          if (this.#headers.compressed) {
            runFrom = at - length;
            this.#hold(bytes.subarray(runFrom), bytes.length - runFrom);
            return;
          }
          flush(at);
          return;
        }
      }
    } catch (error) {
      flush(at);
      throw error;
    }
    flush(at);
    if (at < bytes.length) this.#hold(bytes.subarray(at), bytes.length - at);
  }

  /**
   * The length of the packet at `at`, or, where too little of it is there to tell, of its prefix.
   * Errors: NO_STREAM_HEADER, BAD_PREFIX, BAD_LENGTH, UNDEFINED_ID.
   */
  #length(bytes: Uint8Array, at: number, end: number): number {
    const first = bytes[at];
    if (first === COLON && this.#headers.hasBegun) {
      if (end - at < DATA_PREFIX_BYTES) return DATA_PREFIX_BYTES;
      const id = dataId(bytes, at);
      if (id < 0) throw this.#badPrefix(bytes, at, end);
      const stride = this.#headers.strides[id] ?? 0;
      if (stride === 0) throw new DasError("UNDEFINED_ID", `data of packet id ${id}, which has no header`);
      return stride;
    }
    if (first !== OPEN) throw this.#badPrefix(bytes, at, end);
    if (end - at < HEADER_PREFIX_BYTES) return HEADER_PREFIX_BYTES;
    if (headerId(bytes, at) < 0) throw this.#badPrefix(bytes, at, end);
    const length = bodyLength(bytes, at);
    if (length === 0 || length > DEFAULT_LIMITS.headerBytes) {
      const text = printable(bytes.subarray(at + DATA_PREFIX_BYTES, at + HEADER_PREFIX_BYTES));
      throw new DasError("BAD_LENGTH", `packet length ${text}, expected six digits and not 0`);
    }
    return HEADER_PREFIX_BYTES + length;
  }

  #badPrefix(bytes: Uint8Array, at: number, end: number): DasError {
    const seen = printable(bytes.subarray(at, Math.min(end, at + DATA_PREFIX_BYTES)));
    if (!this.#headers.hasBegun)
      return new DasError("NO_STREAM_HEADER", `the stream begins with ${seen}, expected "[00]"`);
    return new DasError("BAD_PREFIX", `${seen} where a packet should begin`, { nearByte: this.#position });
  }
}
