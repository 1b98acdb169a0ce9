import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { LogBytes } from "../log-bytes.js";

/** First bytes by which a file is known again, whatever its name is now. */
const HEAD_BYTES = 4096;
/** Last bytes of what is known of it. */
const ANCHOR_BYTES = 256;

/** A name for a file made from its first 4096 bytes, 16 hexadecimal digits; `undefined` for fewer. */
export function keyOf(head: Buffer): string | undefined {
  if (head.length < HEAD_BYTES) return undefined;
  return createHash("sha256").update(head.subarray(0, HEAD_BYTES)).digest("hex").slice(0, 16);
}

/** The key of a file that is open; of a coded one that of what it decodes to. Errors: those of reading. */
export async function fileKey(file: LogBytes): Promise<string | undefined> {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  return keyOf(head.subarray(0, await file.read(head, 0, HEAD_BYTES, 0)));
}

/** The sum of the last bytes before an offset; `undefined` where the file is shorter. Errors: those of reading. */
export async function anchorAt(file: LogBytes, end: number): Promise<number | undefined> {
  const count = Math.min(ANCHOR_BYTES, end);
  if (count === 0) return 0;
  const bytes = Buffer.allocUnsafe(count);
  return (await file.read(bytes, 0, count, end - count)) < count ? undefined : crc32(bytes);
}
