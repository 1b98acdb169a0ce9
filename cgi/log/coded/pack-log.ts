import { createReadStream } from "node:fs";
import { type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { crc32, createGunzip, deflateRaw } from "node:zlib";
import { makeFolder } from "../make-folder.js";
import { type CodedMark, codedMark } from "./coded-file.js";
import { encodeTable, FRAME_BYTES, MOST_DECODED } from "./packed-log.js";

const FILE_MODE = 0o640;
/** Fast: what is packed is read again, not kept for ever. */
const LEVEL = 4;
/** A temporary file nobody has written to for so long belongs to a process that was ended, ms. */
const LEFT_MS = 600_000;

const deflate = promisify(deflateRaw);
let temporaries = 0;

/**
 * Decodes a file in gzip and keeps it at `path` in a form that can be read anywhere ({@link PackedLog}), in bounded memory. Of a file
 * that is damaged or cut off what comes before is kept. The file is at `path` when it is whole, and not before.
 * @param onSize told of the bytes that were decoded, after each frame
 * Errors: those of node:fs; that of `signal`.
 */
export async function packLog(
  coded: string,
  path: string,
  signal: AbortSignal,
  onSize: (size: number) => void,
): Promise<void> {
  makeFolder(dirname(path));
  await removeLeft(path);
  const source = await open(coded, "r");
  const temporary = `${path}.${process.pid}-${++temporaries}.tmp`;
  try {
    const mark = await codedMark(source);
    const target = await open(temporary, "w", FILE_MODE);
    try {
      await target.write(await writeFrames(coded, mark, target, signal, onSize));
    } finally {
      await target.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await source.close();
  }
}

/** Writes all frames of a coded file; gives what stands behind them. */
async function writeFrames(
  coded: string,
  mark: CodedMark,
  target: FileHandle,
  signal: AbortSignal,
  onSize: (size: number) => void,
): Promise<Buffer> {
  const ends: number[] = [];
  const sums: number[] = [];
  let end = 0;
  let size = 0;
  const write = async (frame: Buffer): Promise<void> => {
    const packed = await deflate(frame, { level: LEVEL });
    await target.write(packed);
    end += packed.length;
    size += frame.length;
    ends.push(end);
    sums.push(crc32(frame));
    onSize(size);
  };
  const frame = Buffer.allocUnsafe(FRAME_BYTES);
  let filled = 0;
  let isCutOff = false;
  try {
    for await (const piece of decodedPieces(coded, mark.bytes)) {
      signal.throwIfAborted();
      for (let at = 0; at < piece.length; ) {
        const part = piece.copy(frame, filled, at, at + FRAME_BYTES - filled);
        at += part;
        filled += part;
        if (filled < FRAME_BYTES) continue;
        await write(frame);
        filled = 0;
      }
      isCutOff = size >= MOST_DECODED;
      if (isCutOff) break;
    }
  } catch (error) {
    if (!isOfZlib(error)) throw error;
    isCutOff = true;
  }
  if (filled > 0) await write(frame.subarray(0, filled));
  return encodeTable({ ends: Float64Array.from(ends), sums: Float64Array.from(sums), size, mark, isCutOff });
}

async function* decodedPieces(coded: string, bytes: number): AsyncGenerator<Buffer, void, undefined> {
  if (bytes === 0) return;
  const file = createReadStream(coded, { end: bytes - 1 });
  const gunzip = createGunzip({ chunkSize: FRAME_BYTES });
  file.on("error", (error) => gunzip.destroy(error));
  file.pipe(gunzip);
  try {
    for await (const piece of gunzip) yield piece;
  } finally {
    file.destroy();
    gunzip.destroy();
  }
}

/** Whether an error tells of coded bytes that are damaged or end too early. */
function isOfZlib(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^Z_/.test(String(error.code));
}

/** Removes what processes that were ended have left of the same. */
async function removeLeft(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(".tmp")) continue;
    const left = join(folder, name);
    const stats = await stat(left).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs > LEFT_MS) await rm(left, { force: true });
  }
}
