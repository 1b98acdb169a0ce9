import { DasError } from "../errors/das-error.js";
import { BARE_HEADER } from "../stream/bare-header.js";
import {
  bodyLength,
  COLON,
  DATA_PREFIX_BYTES,
  dataId,
  endOfRun,
  HEADER_PREFIX_BYTES,
  headerId,
  INFO_ID,
  NEWLINE,
  OPEN,
} from "../stream/framing.js";
import {
  infoOf,
  parseInfo,
  printException,
  printStreamHeader,
  streamHeaderOf,
} from "../stream/header-xml.js";
import { DEFAULT_LIMITS } from "../stream/limits.js";
import type { StreamException, StreamHeader } from "../stream/model.js";
import { printable } from "../stream/printable.js";
import { parseXml } from "../stream/xml-document.js";
import { dataPacketBytes } from "./record-length.js";

/** What the tracker does with a stream. */
export interface HealthOptions {
  readonly form: "das2" | "qstream";
  /** Changes the header of a das2 stream on its way. */
  readonly rewriteHeader?: ((header: StreamHeader) => StreamHeader) | undefined;
}

/**
 * Follows the framing of a stream made by a program that is not ours, and passes on whole packets only, as
 * they are; at most one incomplete packet is held. Header packets are parsed as far as the length of their data
 * packets asks for; values are not looked at.
 *
 * Mended on the way: one newline too many before a prefix, `[XX]` for `[xx]`, an exception in place of the stream
 * header (the C library cannot read it), a repeated equal stream header. Nothing is passed on after an exception.
 *
 * Source: das2-server 3.3, das2-stream A2, A3, A13.2, D.
 */
export class StreamHealth {
  readonly #options: HealthOptions;
  /** Bytes of one data packet by id; 0 where undefined. */
  readonly #strides = new Float64Array(100);
  /** The beginning of a packet whose rest has not come; `#needed` bytes are known to belong to it. */
  #held = new Uint8Array(0);
  #heldLength = 0;
  #position = 0;
  /** What a further stream header must agree with; `undefined` before the first. */
  #kind: string | undefined;
  /** A stray newline was the last that was seen. */
  #newline = false;
  #packets = 0;
  #exception: StreamException | undefined;
  #compressed = false;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Data packets passed on. */
  get packets(): number {
    return this.#packets;
  }

  /** The exception that was passed on; nothing is taken after it. */
  get exception(): StreamException | undefined {
    return this.#exception;
  }

  /** The stream header announced that the rest is packed, so that its framing cannot be seen; das2-stream A14. */
  get compressed(): boolean {
    return this.#compressed;
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
    return this.#exception === undefined && !this.#compressed;
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
        if (bytes[at] === NEWLINE && this.#kind !== undefined && !this.#newline) {
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
        const instead = this.#header(packet);
        if (instead !== packet) {
          flush(at);
          if (instead !== undefined) pass(instead);
          this.#position += length;
          runFrom = at + length;
        }
        at += length;
        if (!this.#open) {
          // A packed stream is handed over whole, its header included.
          if (this.#compressed) {
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
    if (first === COLON && this.#kind !== undefined) {
      if (end - at < DATA_PREFIX_BYTES) return DATA_PREFIX_BYTES;
      const id = dataId(bytes, at);
      if (id < 0) throw this.#badPrefix(bytes, at, end);
      const stride = this.#strides[id] ?? 0;
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
    if (this.#kind === undefined)
      return new DasError("NO_STREAM_HEADER", `the stream begins with ${seen}, expected "[00]"`);
    return new DasError("BAD_PREFIX", `${seen} where a packet should begin`, { nearByte: this.#position });
  }

  /** Looks into a whole header packet; returns it, another in its place, or nothing. */
  #header(packet: Uint8Array): Uint8Array | undefined {
    const slot = headerId(packet, 0);
    const body = packet.subarray(HEADER_PREFIX_BYTES);
    if (slot === 0) return this.#startHeader(packet, body);
    if (this.#kind === undefined && !(slot === INFO_ID && this.#options.form === "qstream"))
      throw new DasError(
        "NO_STREAM_HEADER",
        `the stream begins with ${printable(packet.subarray(0, 4))}, expected "[00]"`,
      );
    if (slot === INFO_ID) {
      const info = parseInfo(body);
      if (info?.kind === "exception") this.#exception = info.exception;
      if (packet[1] === 0x78 && packet[2] === 0x78) return packet;
      const mended = packet.slice();
      mended.set([0x78, 0x78], 1);
      return mended;
    }
    this.#strides[slot] = dataPacketBytes(this.#options.form, slot, body);
    return packet;
  }

  #startHeader(packet: Uint8Array, body: Uint8Array): Uint8Array | undefined {
    const root = parseXml(body);
    const info = infoOf(root);
    if (info?.kind === "exception") {
      this.#exception = info.exception;
      const exception = printException(info.exception);
      return this.#kind === undefined
        ? Buffer.concat([printStreamHeader(BARE_HEADER), exception])
        : exception;
    }
    if (this.#options.form === "qstream") {
      if (root.name !== "stream")
        throw new DasError("BAD_HEADER", `element <${root.name.slice(0, 40)}>, expected <stream>`);
      return this.#isFirst(printable(body)) ? packet : undefined;
    }
    const { header, compression } = streamHeaderOf(root);
    if (!this.#isFirst(`version ${header.version}, compression ${compression}`)) return undefined;
    this.#compressed = compression !== "none";
    const { rewriteHeader } = this.#options;
    return rewriteHeader === undefined || this.#compressed
      ? packet
      : printStreamHeader(rewriteHeader(header));
  }

  /** Whether a stream header is the first; one that comes again must be of the same kind. */
  #isFirst(kind: string): boolean {
    if (this.#kind === undefined) {
      this.#kind = kind;
      return true;
    }
    if (this.#kind === kind) return false;
    throw new DasError("REPEATED_HEADER", "a second stream header that differs from the first");
  }
}
