import { bodyLength, COLON, HEADER_PREFIX_BYTES, NEWLINE, OPEN } from "../../stream/framing.js";

/**
 * Finds how many bytes stand before the first data packet of a stream that comes in pieces of any size. Of one that is compressed it
 * is what stands before the compressed part. Source: das2-stream A2.
 */
export class HeaderLength {
  readonly #prefix = new Uint8Array(HEADER_PREFIX_BYTES);
  #have = 0;
  /** Bytes of a body that are still to come. */
  #skip = 0;
  /** Offset at which the packet begins that is being read. */
  #begin = 0;
  #isFound = false;

  /** Takes the next piece. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (!this.#isFound && at < bytes.length) {
      if (this.#skip > 0) {
        const part = Math.min(this.#skip, bytes.length - at);
        this.#skip -= part;
        at += part;
      } else if (this.#have === 0 && bytes[at] === NEWLINE) {
        // A byte too many after a header, which is read over.
        this.#begin++;
        at++;
      } else if (this.#have === 0 && bytes[at] !== OPEN) {
        this.#isFound = true;
      } else {
        this.#prefix[this.#have++] = bytes[at++] ?? COLON;
        if (this.#have === HEADER_PREFIX_BYTES) this.#packet();
      }
    }
  }

  /** @param bytes all bytes of the stream, which is the answer where it has no data packet */
  finish(bytes: number): number {
    return this.#isFound ? this.#begin : bytes;
  }

  #packet(): void {
    const length = bodyLength(this.#prefix, 0);
    this.#have = 0;
    this.#skip = length;
    this.#begin += HEADER_PREFIX_BYTES + length;
    // Such a stream is refused by its parser.
    if (length === 0) this.#isFound = true;
  }
}
