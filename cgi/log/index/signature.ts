import { SIGNATURE_BITS, SIGNATURE_WORDS } from "./sizes.js";

/** Bits that a whole word sets: with one bit in seven set already, one chunk in five million seems to hold a word that it does not. */
const TERM_BITS = 8;
/** Trigrams of a text that are asked for; more would not make the answer any surer. */
const MOST_TRIGRAMS = 24;
const MASK = SIGNATURE_BITS - 1;

/** FNV-1a over UTF-16 units, from a seed: 32 bits. */
export function hash(text: string, seed: number): number {
  let value = seed;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value ^= value >>> 15;
  value = Math.imul(value, 0x2c1b3c6d);
  return (value ^ (value >>> 12)) >>> 0;
}

/** The bits of a whole word of a kind (`id`, `client`, `status`). */
export function termBits(kind: string, word: string): number[] {
  const text = `${kind}\0${word}`;
  const first = hash(text, 0x811c9dc5);
  const step = hash(text, 0x9747b28c) | 1;
  return Array.from({ length: TERM_BITS }, (_, n) => (first + Math.imul(n, step)) & MASK);
}

/** The bit of three UTF-16 units that follow each other. */
function trigramBit(a: number, b: number, c: number): number {
  return (Math.imul(Math.imul(Math.imul(a, 0x1f3d) + b, 0x1f3d) + c, 0x9e3779b1) >>> 17) & MASK;
}

/** Sets the bits of a text, which must be in lower case, in a signature of {@link SIGNATURE_WORDS} words. */
export function addText(signature: Uint32Array, text: string): void {
  let a = text.charCodeAt(0);
  let b = text.charCodeAt(1);
  for (let at = 2; at < text.length; at++) {
    const c = text.charCodeAt(at);
    const bit = trigramBit(a, b, c);
    signature[bit >>> 5] = (signature[bit >>> 5] ?? 0) | (1 << (bit & 31));
    a = b;
    b = c;
  }
}

/** Sets the bits of a whole word. */
export function addTerm(signature: Uint32Array, kind: string, word: string): void {
  for (const bit of termBits(kind, word))
    signature[bit >>> 5] = (signature[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

/** The bits that every text has which contains this one; none for a text of less than three units. `part` must be in lower case. */
export function textBits(part: string): number[] {
  const count = part.length - 2;
  const step = Math.max(1, Math.ceil(count / MOST_TRIGRAMS));
  const bits: number[] = [];
  for (let at = 0; at < count; at += step)
    bits.push(trigramBit(part.charCodeAt(at), part.charCodeAt(at + 1), part.charCodeAt(at + 2)));
  return bits;
}

/** An empty signature. */
export function newSignature(): Uint32Array {
  return new Uint32Array(SIGNATURE_WORDS);
}

/** Whether a signature has all the bits: only then can its chunk hold what they stand for. */
export function hasBits(signature: Uint32Array, bits: readonly number[]): boolean {
  return bits.every((bit) => ((signature[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0);
}
