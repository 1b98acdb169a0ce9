/** Odd 32-bit constants with bits all over: of the golden ratio, and of the finishing step of MurmurHash3's kind of mixing. */
const [GOLDEN, MIX_A, MIX_B] = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35] as const;

/**
 * A digest of which blocks there are and of which version each is: 64 bits, quick rather than safe against somebody who can choose
 * builds. A year of minutes takes some milliseconds.
 */
export class VersionDigest {
  #a = 0x6a09e667;
  #b = 0xbb67ae85;
  /** The number that would follow without a mention. */
  #next = Number.NaN;

  /** @param seed what all blocks of the digest have in common */
  constructor(seed: readonly (string | null)[]) {
    const text = JSON.stringify(seed);
    for (let i = 0; i < text.length; i++) this.#mix(text.charCodeAt(i), i);
  }

  /**
   * Adds records as pairs of words; those of which the first is 0 are of blocks that are not there. Blocks are to be added in ascending
   * order; it makes no difference in how many pieces.
   * @param first number of the block of the record at `from`
   */
  add(first: number, words: Uint32Array, from: number, count: number): void {
    let [a, b] = [this.#a, this.#b];
    let follows = first === this.#next;
    for (let i = 0, at = 2 * from; i < count; i++, at += 2) {
      const word = words[at] as number; // in bounds, and this is the inner loop
      if (word === 0) {
        follows = false;
        continue;
      }
      if (!follows) {
        const number = first + i;
        // Blocks that were left out shift all that follow.
        a = Math.imul(a ^ (number | 0), GOLDEN);
        a ^= a >>> 15;
        b = (Math.imul(b ^ Math.floor(number / 2 ** 32), MIX_A) + a) | 0;
      }
      follows = true;
      a = Math.imul(a ^ word, GOLDEN);
      a ^= a >>> 15;
      b = (Math.imul(b ^ (words[at + 1] as number), MIX_A) + a) | 0;
    }
    [this.#a, this.#b] = [a, b];
    if (follows) this.#next = first + count;
  }

  /** 16 hex digits. */
  text(): string {
    return finished(this.#a ^ this.#b) + finished(Math.imul(this.#a, MIX_B) ^ this.#b);
  }

  #mix(left: number, right: number): void {
    const a = Math.imul(this.#a ^ left, GOLDEN);
    this.#a = a ^ (a >>> 15);
    this.#b = (Math.imul(this.#b ^ right, MIX_A) + this.#a) | 0;
  }
}

/** Eight hex digits; spreads the last words that were mixed in over all bits. */
function finished(value: number): string {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, MIX_A);
  h = Math.imul(h ^ (h >>> 13), MIX_B);
  return ((h ^ (h >>> 16)) >>> 0).toString(16).padStart(8, "0");
}
