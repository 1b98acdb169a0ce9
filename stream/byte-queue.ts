const EMPTY = new Uint8Array(0);
const NO_VIEW = new DataView(EMPTY.buffer);

/**
 * Unread bytes of a stream, at its head as one piece that can be looked at in place. The piece is the chunk
 * pushed last, or, where something was left over from earlier ones, a carry of its own into which no more is
 * copied than the unit being read needs. A view once taken is never written over.
 */
export class ByteQueue {
  /** The piece at the head; unread from `at` to `end`. */
  bytes: Uint8Array = EMPTY;
  view: DataView = NO_VIEW;
  at = 0;
  end = 0;
  /** What follows the carry; empty while the chunk itself is the head. */
  #chunk: Uint8Array = EMPTY;
  #carried = false;
  #read = 0;

  /** Bytes waiting to be read. */
  get length(): number {
    return this.end - this.at + this.#chunk.length;
  }

  /** Bytes read since the start. */
  get offset(): number {
    return this.#read;
  }

  /** Appends a chunk, without a copy, once the one before it has been settled. */
  push(chunk: Uint8Array): void {
    if (this.at < this.end) this.#chunk = chunk;
    else this.#head(chunk);
  }

  /**
   * Makes the next `n` bytes lie in one piece, if that many are there. The carry grows with what has come, not
   * with what was announced.
   */
  fill(n: number): boolean {
    const have = this.end - this.at;
    if (have >= n) return true;
    if (!this.#carried) return false;
    if (have === 0) {
      this.#head(this.#chunk);
      return this.end >= n;
    }
    const part = this.#chunk.subarray(0, n - have);
    const needed = this.end + part.length;
    if (needed > this.bytes.length) {
      const room = have + part.length;
      const grown = new Uint8Array(room >= n ? n : Math.min(n, 2 * room));
      grown.set(this.bytes.subarray(this.at, this.end));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
      this.at = 0;
      this.end = have;
    }
    this.bytes.set(part, this.end);
    this.end += part.length;
    this.#chunk = this.#chunk.subarray(part.length);
    return this.end - this.at >= n;
  }

  /** Removes the next `n` bytes, of which {@link fill} has said that they are there, and gives a view of them. */
  take(n: number): Uint8Array {
    const from = this.at;
    this.skip(n);
    return this.bytes.subarray(from, from + n);
  }

  /** Removes the next `n` bytes, of which {@link fill} has said that they are there. */
  skip(n: number): void {
    this.at += n;
    this.#read += n;
  }

  /** Copies what is left of the chunk aside: afterwards its owner may re-use it. */
  settle(): void {
    if (this.#carried && this.at < this.end) return;
    const rest = this.#carried ? this.#chunk : this.bytes.subarray(this.at, this.end);
    // Not slice(): that of a Node Buffer gives a view.
    this.#head(new Uint8Array(rest));
    this.#carried = true;
  }

  /** Drops all that is unread. */
  clear(): void {
    this.#read += this.length;
    this.#head(EMPTY);
  }

  #head(chunk: Uint8Array): void {
    this.bytes = chunk;
    this.view = chunk.length === 0 ? NO_VIEW : new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.at = 0;
    this.end = chunk.length;
    this.#chunk = EMPTY;
    this.#carried = false;
  }
}
