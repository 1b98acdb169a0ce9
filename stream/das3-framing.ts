import { DasError } from "../errors/das-error.js";
import { printable } from "./printable.js";

/** The prefix of a das3 packet as read. */
export interface Das3PacketPrefix {
  /** Two characters. */
  readonly tag: string;
  /** As a number; missing where it is empty. */
  readonly id?: number;
  /** Bytes of the prefix itself. */
  readonly prefixBytes: number;
  /** Bytes of the body. */
  readonly bodyBytes: number;
}

const BAR = 0x7c;
/** `|TT|` and one character. */
const SHORTEST = 4;
/** `|TT|`, an id of 11 digits, a length of 11, two bars; das2-stream C1. */
export const LONGEST_DAS3_PREFIX = 4 + 11 + 1 + 11 + 1;

/**
 * The prefix of the packet that begins at `at`, or `undefined` where it goes on behind `end`.
 * Errors: NO_STREAM_HEADER or BAD_PREFIX (`isFirst` says which) where none begins there, BAD_LENGTH for a length that is no
 * number or above the limits that belong to the tag.
 * Source: das2-stream C1.
 */
export function readDas3Prefix(
  bytes: Uint8Array,
  at: number,
  end: number,
  { isFirst, headerBytes, recordBytes }: Das3Limits & { readonly isFirst: boolean },
): Das3PacketPrefix | undefined {
  const wrong = (what: string): DasError => {
    const seen = printable(bytes.subarray(at, Math.min(end, at + SHORTEST)));
    return isFirst
      ? new DasError("NO_STREAM_HEADER", `the stream begins with ${seen}, expected "|Sx|"`)
      : new DasError("BAD_PREFIX", `${what}: ${seen}`);
  };
  for (let i = 0; i < SHORTEST && at + i < end; i++)
    if ((bytes[at + i] === BAR) !== (i === 0 || i === 3)) throw wrong("no das3 packet begins here");
  if (end - at <= SHORTEST) return undefined;
  const idEnd = barAfter(bytes, at + SHORTEST, end);
  const lengthEnd = idEnd < 0 ? -1 : barAfter(bytes, idEnd + 1, end);
  if (lengthEnd < 0) {
    if (end - at >= LONGEST_DAS3_PREFIX) throw wrong("the prefix of a das3 packet has no end");
    return undefined;
  }
  const tag = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0);
  const id = digits(bytes, at + SHORTEST, idEnd);
  const bodyBytes = digits(bytes, idEnd + 1, lengthEnd);
  if (id === undefined) throw wrong("the id of a das3 packet is no number");
  if (bodyBytes === undefined || Number.isNaN(bodyBytes))
    throw new DasError("BAD_LENGTH", "the length of a das3 packet is not a number");
  const most = tag.endsWith("d") ? recordBytes : headerBytes;
  if (bodyBytes > most)
    throw new DasError(
      "BAD_LENGTH",
      `a ${printableTag(tag)} packet of ${bodyBytes} bytes, expected at most ${most}`,
    );
  return {
    tag,
    ...(Number.isNaN(id) ? {} : { id }),
    prefixBytes: lengthEnd + 1 - at,
    bodyBytes,
  };
}

/** What a das3 stream may ask of its reader, checked before memory is taken. */
export interface Das3Limits {
  /** Bytes of the body of anything but data. */
  readonly headerBytes: number;
  /** Bytes of the body of a data packet. */
  readonly recordBytes: number;
}

/** Headers may hold a million coordinates as text. */
export const DAS3_LIMITS: Das3Limits = { headerBytes: 16 * 1024 * 1024, recordBytes: 64 * 1024 * 1024 };

function printableTag(tag: string): string {
  return /^[A-Za-z]{2}$/.test(tag) ? tag : "unknown";
}

function barAfter(bytes: Uint8Array, from: number, end: number): number {
  for (let i = from; i < end && i < from + 12; i++) if (bytes[i] === BAR) return i;
  return -1;
}

/** A number of at most 11 digits; NaN where there are none, `undefined` where there is anything else. */
function digits(bytes: Uint8Array, from: number, end: number): number | undefined {
  if (from === end) return Number.NaN;
  let value = 0;
  for (let i = from; i < end; i++) {
    const digit = (bytes[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}
