/** Ones' complement sums of FITS. Source: FITS 4.0, 4.4.2.7, appendix J. */

/** Adds up bytes in pieces of any length as big-endian 32-bit words, ones' complement. */
export class DataSum {
  /** Exact in a double: folded long before 2**53. */
  #sum: number;
  #pending = 0;
  #pendingBytes = 0;

  constructor(start = 0) {
    this.#sum = start;
  }

  add(bytes: Uint8Array): this {
    let at = 0;
    while (this.#pendingBytes > 0 && at < bytes.length) this.#one(bytes[at++]!);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = bytes.length - ((bytes.length - at) & 3);
    while (at < end) {
      // 2**18 words stay below 2**51.
      const stop = Math.min(end, at + (1 << 20));
      let sum = this.#sum;
      for (; at < stop; at += 4) sum += view.getUint32(at);
      this.#sum = fold(sum);
    }
    while (at < bytes.length) this.#one(bytes[at++]!);
    return this;
  }

  /** The sum; bytes that do not fill a word count as if followed by zeros. */
  get value(): number {
    return this.#pendingBytes === 0
      ? this.#sum
      : fold(this.#sum + this.#pending * 256 ** (4 - this.#pendingBytes));
  }

  #one(byte: number): void {
    this.#pending = this.#pending * 256 + byte;
    if (++this.#pendingBytes < 4) return;
    this.#sum = fold(this.#sum + this.#pending);
    this.#pending = 0;
    this.#pendingBytes = 0;
  }
}

/** Carries beyond 32 bits added at the lower end. */
function fold(sum: number): number {
  let folded = sum;
  while (folded >= 2 ** 32) folded = (folded % 2 ** 32) + Math.floor(folded / 2 ** 32);
  return folded;
}

/** Adds two sums. */
export function addSums(a: number, b: number): number {
  return fold(a + b);
}

/** The sum of some bytes. */
export function sumOf(bytes: Uint8Array): number {
  return new DataSum().add(bytes).value;
}

/** Codes that are no letters or digits between "0" and "r"; a quarter that falls on one is moved together with its partner. */
const EXCLUDED = [0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x40, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f, 0x60];

/** The 16 characters of a checksum; of its complement for the `CHECKSUM` keyword, with which the unit's sum becomes all ones. */
export function encodeSum(sum: number, complement: boolean): string {
  const value = complement ? 0xffffffff - sum : sum;
  const ascii = new Array<number>(16).fill(0);
  for (let i = 0; i < 4; i++) {
    const byte = Math.floor(value / 2 ** (24 - 8 * i)) & 0xff;
    const quarter = (byte >>> 2) + 0x30;
    const codes = [quarter + (byte & 3), quarter, quarter, quarter];
    for (let again = true; again; ) {
      again = false;
      for (const excluded of EXCLUDED)
        for (let j = 0; j < 4; j += 2)
          if (codes[j] === excluded || codes[j + 1] === excluded) {
            codes[j]!++;
            codes[j + 1]!--;
            again = true;
          }
    }
    for (let j = 0; j < 4; j++) ascii[4 * j + i] = codes[j]!;
  }
  // Turned by one place, so that words of the card and words of the sum fall together.
  return String.fromCharCode(ascii[15]!, ...ascii.slice(0, 15));
}

/** The sum out of its 16 characters; `undefined` where they are not 16 of the letters and digits. */
export function decodeSum(text: string, complement: boolean): number | undefined {
  if (!/^[0-9A-Za-r]{16}$/.test(text)) return undefined;
  const turned = text.slice(1) + text[0];
  const sum = new DataSum();
  for (let i = 0; i < 16; i += 4)
    sum.add(Uint8Array.from({ length: 4 }, (_, j) => turned.charCodeAt(i + j) - 0x30));
  return complement ? 0xffffffff - sum.value : sum.value;
}
