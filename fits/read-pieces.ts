import type { ByteSource } from "./byte-source.js";

/** As large as pays: more is not read faster. */
const PIECE_BYTES = 1 << 20;

/**
 * Hands on a range of a source, a megabyte at a time. A piece may be overwritten once `take` has settled.
 * Errors: BAD_FILE where the source ends before; those of `take`.
 */
export async function readPieces(
  source: ByteSource,
  offset: number,
  length: number,
  take: (piece: Uint8Array) => void | Promise<void>,
): Promise<void> {
  // Fresh memory for each piece would cost as much as reading it.
  const reused = source.readInto === undefined ? undefined : new Uint8Array(Math.min(PIECE_BYTES, length));
  for (let at = 0; at < length; at += PIECE_BYTES) {
    const size = Math.min(PIECE_BYTES, length - at);
    if (source.readInto === undefined || reused === undefined)
      await take(await source.read(offset + at, size));
    else {
      const piece = reused.subarray(0, size);
      await source.readInto(offset + at, piece);
      await take(piece);
    }
  }
}
