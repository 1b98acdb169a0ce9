import { DasError } from "../errors/das-error.js";
import { BARE_HEADER } from "../stream/bare-header.js";
import { HEADER_PREFIX_BYTES, headerId, INFO_ID } from "../stream/framing.js";
import {
  infoOf,
  parseInfo,
  printException,
  printStreamHeader,
  streamHeaderOf,
} from "../stream/header-xml.js";
import type { StreamException, StreamHeader } from "../stream/model.js";
import { printable } from "../stream/printable.js";
import { parseXml } from "../stream/xml-document.js";
import { dataPacketBytes } from "./record-length.js";

/** What is done with the headers of a stream. */
export interface HeaderOptions {
  readonly form: "das2" | "qstream";
  /** Changes the header of a das2 stream on its way. */
  readonly rewriteHeader?: ((header: StreamHeader) => StreamHeader) | undefined;
}

/**
 * Looks into the header packets of a stream, as far as the length of its data packets asks for, and mends what clients cannot read:
 * `[XX]` for `[xx]`, an exception in place of the stream header, a repeated equal stream header.
 * Source: das2-stream A3, A13.2, D.
 */
export class HeaderWatch {
  readonly #options: HeaderOptions;
  /** Bytes of one data packet by id; 0 where undefined. */
  readonly strides = new Float64Array(100);
  /** What a further stream header must agree with; `undefined` before the first. */
  #kind: string | undefined;
  #exception: StreamException | undefined;
  #compressed = false;

  constructor(options: HeaderOptions) {
    this.#options = options;
  }

  /** Whether the stream has begun: its header was seen. */
  get hasBegun(): boolean {
    return this.#kind !== undefined;
  }

  /** The exception that was seen. */
  get exception(): StreamException | undefined {
    return this.#exception;
  }

  /** Whether the stream header announced that the rest is packed; das2-stream A14. */
  get compressed(): boolean {
    return this.#compressed;
  }

  /** Looks into a whole header packet; returns it, another in its place, or nothing. */
  look(packet: Uint8Array): Uint8Array | undefined {
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
    this.strides[slot] = dataPacketBytes(this.#options.form, slot, body);
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
