import { createHash } from "node:crypto";
import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";

/** First bytes by which a file is known again, whatever its name is now. */
const HEAD_BYTES = 4096;
/** Last bytes of what is known of it. */
const ANCHOR_BYTES = 256;

/** A name for the file made from its first 4096 bytes, 16 hexadecimal digits; `undefined` for a shorter one. Errors: those of node:fs. */
export async function fileKey(file: FileHandle): Promise<string | undefined> {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
  if (bytesRead < HEAD_BYTES) return undefined;
  return createHash("sha256").update(head).digest("hex").slice(0, 16);
}

/**
 * The sum of the last bytes before an offset; `undefined` where the file is shorter. Read at once: it is asked for each group of a file.
 * Errors: those of node:fs.
 */
export function anchorAt(file: FileHandle, end: number): number | undefined {
  const count = Math.min(ANCHOR_BYTES, end);
  if (count === 0) return 0;
  const bytes = Buffer.allocUnsafe(count);
  return readSync(file.fd, bytes, 0, count, end - count) < count ? undefined : crc32(bytes);
}
