import type { FileHandle } from "node:fs/promises";
import { constants, crc32, gunzipSync } from "node:zlib";

/** First bytes of a file that are decoded to know it again: they hold far more than 4096, and not more than some megabytes. */
const HEAD_BYTES = 8192;
const MOST_HEAD = 16 * 1024 * 1024;
/** The sum and the length of what a file in gzip decodes to stand at its end. */
const TAIL_BYTES = 8;

/** By what a coded file is known to be the one that was decoded. */
export interface CodedMark {
  /** Bytes of the coded file. */
  readonly bytes: number;
  /** Sum of its last eight bytes. */
  readonly tail: number;
}

/** The mark of a coded file. Errors: those of node:fs. */
export async function codedMark(file: FileHandle): Promise<CodedMark> {
  const { size } = await file.stat();
  const tail = Buffer.alloc(TAIL_BYTES);
  await file.read(tail, 0, TAIL_BYTES, Math.max(0, size - TAIL_BYTES));
  return { bytes: size, tail: crc32(tail) };
}

/** What the begin of a coded file decodes to; empty where it is not in gzip. Errors: those of node:fs. */
export async function decodedHead(file: FileHandle): Promise<Buffer> {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
  return decoded(head.subarray(0, bytesRead), MOST_HEAD) ?? Buffer.alloc(0);
}

/** What a coded file decodes to that is small; `undefined` for one that is not, or is cut off or damaged. Errors: those of node:fs. */
export async function decodedWhole(
  file: FileHandle,
  mostCoded: number,
  most: number,
): Promise<Buffer | undefined> {
  const { size } = await file.stat();
  if (size > mostCoded) return undefined;
  const whole = Buffer.alloc(size);
  const { bytesRead } = await file.read(whole, 0, size, 0);
  try {
    return gunzipSync(whole.subarray(0, bytesRead), { maxOutputLength: most });
  } catch {
    return undefined;
  }
}

/** What bytes decode to that may be cut off anywhere. */
function decoded(bytes: Buffer, most: number): Buffer | undefined {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: most });
  } catch {
    return undefined;
  }
}
