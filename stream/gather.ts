/** Size from which gathered bytes are handed on; small writes are slow on every pipe and socket. */
export const PIECE_BYTES = 65_536;

/** Collects the small writes of an encoder into pieces of at least {@link PIECE_BYTES}, in their own memory unless they are passed on. */
export class Gather {
  #buffer = new Uint8Array(PIECE_BYTES * 2);
  #length = 0;
  #full: Uint8Array[] = [];
  #total = 0;

  /** Takes a copy of the bytes. */
  readonly write = (bytes: Uint8Array): void => {
    this.#total += bytes.length;
    if (bytes.length > this.#buffer.length - this.#length) this.#close(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    if (this.#length >= PIECE_BYTES) this.#close(0);
  };

  /** Takes the bytes as a piece of their own, without a copy: nobody may write to them any more. */
  pass(bytes: Uint8Array): void {
    this.#total += bytes.length;
    this.#close(0);
    this.#full.push(bytes);
  }

  /** Bytes written so far, given out or not. */
  get total(): number {
    return this.#total;
  }

  /** Bytes that are in no complete piece yet. */
  get pending(): number {
    return this.#length;
  }

  /** The pieces that are complete. */
  takeFull(): readonly Uint8Array[] {
    const full = this.#full;
    if (full.length > 0) this.#full = [];
    return full;
  }

  /** The pieces that are complete and what is not. */
  takeAll(): readonly Uint8Array[] {
    this.#close(0);
    return this.takeFull();
  }

  #close(nextBytes: number): void {
    if (this.#length > 0) this.#full.push(this.#buffer.subarray(0, this.#length));
    // The rest of a buffer that is mostly free serves the next piece.
    const free = this.#buffer.length - this.#length;
    this.#buffer =
      free >= PIECE_BYTES && nextBytes <= free
        ? this.#buffer.subarray(this.#length)
        : new Uint8Array(Math.max(PIECE_BYTES * 2, nextBytes));
    this.#length = 0;
  }
}
