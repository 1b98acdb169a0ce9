import { gunzipSync, gzipSync } from "node:zlib";
import { DasError } from "../errors/das-error.js";

/**
 * Unpacks a gzip tile of at most `limit` bytes. Errors: BAD_FITS_DATA for damaged bytes or more than that.
 * Source: FITS 4.0, 10.4.2.
 */
export function gunzipTile(bytes: Uint8Array, limit: number): Uint8Array<ArrayBuffer> {
  try {
    const unpacked = gunzipSync(bytes, { maxOutputLength: Math.max(1, limit) });
    // A copy where the bytes stand in a pool, so that arrays can lie over the whole buffer.
    return unpacked.byteLength === unpacked.buffer.byteLength && unpacked.buffer instanceof ArrayBuffer
      ? new Uint8Array(unpacked.buffer)
      : Uint8Array.from(unpacked);
  } catch (error) {
    throw new DasError("BAD_FITS_DATA", "a gzip tile is damaged, or longer than its pixels", {}, error);
  }
}

/** Packs bytes as gzip; level 1, as the usual programs do. */
export function gzipTile(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(gzipSync(bytes, { level: 1 }));
}

/** GZIP_2: all first bytes of the values, then all second ones; the most significant come first. Source: FITS 4.0, 10.4.3. */
export function shuffle(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const count = bytes.length / size;
  const out = new Uint8Array(bytes.length);
  for (let byte = 0; byte < size; byte++)
    for (let i = 0, at = byte, to = byte * count; i < count; i++, at += size) out[to + i] = bytes[at]!;
  return out;
}

/** The opposite of {@link shuffle}. */
export function unshuffle(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const count = bytes.length / size;
  const out = new Uint8Array(bytes.length);
  for (let byte = 0; byte < size; byte++)
    for (let i = 0, to = byte, at = byte * count; i < count; i++, to += size) out[to] = bytes[at + i]!;
  return out;
}
