/**
 * How packets stand one after the other in a stream: what can be told from the first bytes of one.
 * Source: das2-stream A2.
 */

/** Bytes of the prefix `[01]000185` of all packets but data. */
export const HEADER_PREFIX_BYTES = 10;
/** Bytes of the prefix `:01:` of a data packet. */
export const DATA_PREFIX_BYTES = 4;
/** What {@link headerId} gives for `[xx]`. */
export const INFO_ID = 100;

/** First byte of the prefix of a header or info packet. */
export const OPEN = 0x5b;
const CLOSE = 0x5d;
/** First and last byte of the prefix of a data packet. */
export const COLON = 0x3a;
/** A byte too many before a prefix, which some writers leave. */
export const NEWLINE = 0x0a;
const SPACE = 0x20;
const LETTER_X = 0x78;
const DIGIT_0 = 0x30;

/** The id of the data packet whose prefix begins at `at`: 0 to 99; -1 if it is none. */
export function dataId(bytes: Uint8Array, at: number): number {
  return bytes[at] === COLON && bytes[at + 3] === COLON ? twoDigits(bytes, at + 1) : -1;
}

/** The id in the prefix of a header packet that begins at `at`: 0 to 99, {@link INFO_ID} for `[xx]` in any case; -1 if it is none. */
export function headerId(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== OPEN || bytes[at + 3] !== CLOSE) return -1;
  const isInfo = ((bytes[at + 1] ?? 0) | 32) === LETTER_X && ((bytes[at + 2] ?? 0) | 32) === LETTER_X;
  return isInfo ? INFO_ID : twoDigits(bytes, at + 1);
}

/**
 * Bytes of the body of the header packet that begins at `at`: six digits, blanks for leading zeros as one client in
 * the field accepts; 0, which is not allowed, for anything else.
 */
export function bodyLength(bytes: Uint8Array, at: number): number {
  let value = 0;
  let leading = true;
  for (let i = at + 4; i < at + HEADER_PREFIX_BYTES; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === SPACE && leading) continue;
    const digit = byte - DIGIT_0;
    if (digit < 0 || digit > 9) return 0;
    leading = false;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * Where the run of data packets of one id ends that begins at `at` with a whole one: the offset after the last that
 * is whole before `end`.
 *
 * @param stride bytes of a packet, prefix included
 */
export function endOfRun(view: DataView, at: number, end: number, stride: number): number {
  // The four bytes of a prefix are compared as one word.
  const word = view.getInt32(at, true);
  let to = at + stride;
  for (const last = end - stride; to <= last && view.getInt32(to, true) === word; ) to += stride;
  return to;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - DIGIT_0;
  const ones = (bytes[at + 1] ?? 0) - DIGIT_0;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}
