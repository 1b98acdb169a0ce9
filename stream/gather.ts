import { GrowingBytes } from "./growing-bytes.js";

/** Size from which gathered bytes are handed on; small writes are slow on every pipe and socket. */
export const PIECE_BYTES = 65_536;

/** Collects the small writes of an encoder into pieces of at least {@link PIECE_BYTES}, in their own memory unless they are passed on. */
export class Gather {
  readonly #bytes = new GrowingBytes(2 * PIECE_BYTES);
  #full: Uint8Array[] = [];
  #total = 0;

  /** Takes a copy of the bytes. */
  readonly write = (bytes: Uint8Array): void => {
    this.#total += bytes.length;
    if (!this.#bytes.fits(bytes.length)) this.#close();
    this.#bytes.add(bytes);
    if (this.#bytes.length >= PIECE_BYTES) this.#close();
  };

  /** Takes the bytes as a piece of their own, without a copy: nobody may write to them any more. */
  pass(bytes: Uint8Array): void {
    this.#total += bytes.length;
    this.#close();
    this.#full.push(bytes);
  }

  /** Bytes written so far, given out or not. */
  get total(): number {
    return this.#total;
  }

  /** Bytes that are in no complete piece yet. */
  get pending(): number {
    return this.#bytes.length;
  }

  /** The pieces that are complete. */
  takeFull(): readonly Uint8Array[] {
    const full = this.#full;
    if (full.length > 0) this.#full = [];
    return full;
  }

  /** The pieces that are complete and what is not. */
  takeAll(): readonly Uint8Array[] {
    this.#close();
    return this.takeFull();
  }

  #close(): void {
    if (this.#bytes.length > 0) this.#full.push(this.#bytes.take());
  }
}
