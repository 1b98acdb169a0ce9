/** Odd 32-bit constants with bits all over, from the fractional part of the golden ratio and of square roots of primes. */
const MULTIPLIERS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

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
    for (const byte of Buffer.from(JSON.stringify(seed))) this.#mix(byte);
  }

  /** Adds the record of a block, as two words of 32 bits. Blocks are to be added in ascending order. */
  add(number: number, word: number, second: number): void {
    if (number !== this.#next) {
      // Blocks that were left out shift all that follow.
      this.#mix(number | 0);
      this.#mix(Math.floor(number / 2 ** 32) | 0);
    }
    this.#next = number + 1;
    this.#mix(word);
    this.#mix(second);
  }

  /** 16 hex digits. */
  text(): string {
    return finished(this.#a ^ this.#b) + finished(Math.imul(this.#a, MULTIPLIERS[2]) ^ this.#b);
  }

  #mix(value: number): void {
    const a = Math.imul(this.#a ^ value, MULTIPLIERS[0]);
    this.#a = a ^ (a >>> 15);
    const b = Math.imul(((this.#b << 13) | (this.#b >>> 19)) ^ value, MULTIPLIERS[1]);
    this.#b = ((b ^ (b >>> 13)) + a) | 0;
  }
}

/** Eight hex digits; spreads the last words that were mixed in over all bits. */
function finished(value: number): string {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, MULTIPLIERS[1]);
  h = Math.imul(h ^ (h >>> 13), MULTIPLIERS[3]);
  return ((h ^ (h >>> 16)) >>> 0).toString(16).padStart(8, "0");
}
