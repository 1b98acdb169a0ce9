/** What few bytes get at first: most streams are short, and memory that is not used has to be cleared and collected all the same. */
const FIRST_BYTES = 4096;
const NONE = new Uint8Array(0);

/** Bytes that are gathered in memory that grows with them, up to a size; given away, they belong to who takes them. */
export class GrowingBytes {
  readonly #usual: number;
  #memory: Uint8Array = NONE;
  #length = 0;
  /** Bytes of the next memory. */
  #next = FIRST_BYTES;

  /** @param usual bytes that are gathered at most, unless a single addition is longer */
  constructor(usual: number) {
    this.#usual = usual;
  }

  get length(): number {
    return this.#length;
  }

  /** Whether so many more bytes may be added; to nothing any number may. */
  fits(more: number): boolean {
    return this.#length === 0 || this.#length + more <= this.#usual;
  }

  /** Adds a copy of bytes that fit. */
  add(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#memory.length) this.#grow(length);
    this.#memory.set(bytes, this.#length);
    this.#length = length;
  }

  /** What was gathered; nothing is then. Its memory is not written to again. */
  take(): Uint8Array {
    const taken = this.#memory.subarray(0, this.#length);
    // What is left serves the next, unless it is so little that it would have to be moved soon.
    const left = this.#memory.length - this.#length;
    this.#memory = 2 * left >= this.#next ? this.#memory.subarray(this.#length) : NONE;
    this.#length = 0;
    return taken;
  }

  /** What was gathered, until the next addition; nothing is then. */
  peek(): Uint8Array {
    const bytes = this.#memory.subarray(0, this.#length);
    this.#length = 0;
    return bytes;
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.max(length, this.#next));
    larger.set(this.#memory.subarray(0, this.#length));
    this.#memory = larger;
    this.#next = Math.min(this.#usual, 4 * larger.length);
  }
}
