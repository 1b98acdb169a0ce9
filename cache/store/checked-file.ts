import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { DasError } from "../../errors/das-error.js";
import { returnPiece, takePiece } from "../../stream/piece-pool.js";
import type { BlockMemory } from "./block-memory.js";
import { type FileIdentity, identityOf } from "./file-identity.js";
import { filePieces } from "./file-pieces.js";

/** Why a file is not the one that its sidecar tells of. */
export type FileFault = "absent" | "other size" | "other checksum" | "unreadable";

/** A file whose bytes have been checked as a whole: those of one version, whatever is renamed over it. */
export interface CheckedFile {
  readonly size: number;
  /** All bytes, where they are few; not to be written to. */
  readonly whole: Uint8Array | undefined;
  /**
   * Its bytes from an offset to another, or to the end, in pieces of at most 1 MiB, or of all at once where they are in memory. They
   * are not to be written to; who holds a piece alone may give it back by `returnPiece`.
   *
   * @param unit pieces hold whole numbers of so many bytes, where that is not more than 1 MiB; default 1
   * Errors: BAD_BLOCK where the file was written to since.
   */
  pieces(from: number, to?: number, unit?: number): AsyncGenerator<Uint8Array, void, undefined>;
  /** Lets go of the file; pieces cannot be read any more then. */
  close(): Promise<void>;
}

/** What the bytes of a file must be. */
export interface ExpectedFile {
  readonly bytes: number;
  readonly crc32: number;
}

/**
 * Opens a file and checks all of its bytes, unless that was done since its last change.
 * @param seen what was at the path just now
 */
export async function openChecked(
  path: string,
  seen: FileIdentity,
  expected: ExpectedFile,
  memory: BlockMemory,
): Promise<CheckedFile | FileFault> {
  if (seen.size !== expected.bytes) return "other size";
  if (memory.isChecked(path, seen, expected.crc32)) {
    const bytes = memory.bytesOf(path, seen);
    if (bytes !== undefined) return inMemory(bytes);
  }
  if (seen.size > memory.blockBytes) return await openAndCheck(path, expected, memory);
  const key = `${path}\0${seen.text}\0${expected.crc32}`;
  const under = loads.get(key);
  if (under !== undefined) return await under;
  const load = openAndCheck(path, expected, memory).finally(() => loads.delete(key));
  loads.set(key, load);
  return await load;
}

/** Small files that are being read: who asks for one meanwhile gets the same bytes. */
const loads = new Map<string, Promise<CheckedFile | FileFault>>();

async function openAndCheck(
  path: string,
  expected: ExpectedFile,
  memory: BlockMemory,
): Promise<CheckedFile | FileFault> {
  let handle: FileHandle | undefined;
  try {
    // A pipe in its place would keep us waiting.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await checkOpen(handle, path, expected, memory);
    // What is few bytes, or wrong, needs the file no more.
    if (typeof found === "object" && found.whole === undefined) handle = undefined;
    return found;
  } catch {
    return "unreadable";
  } finally {
    await handle?.close();
  }
}

async function checkOpen(
  handle: FileHandle,
  path: string,
  expected: ExpectedFile,
  memory: BlockMemory,
): Promise<CheckedFile | FileFault> {
  // Of what was opened, which may be a newer one than was seen.
  const identity = identityOf(await handle.stat({ bigint: true }));
  if (identity === undefined) return "absent";
  if (identity.size !== expected.bytes) return "other size";
  const isKnown = memory.isChecked(path, identity, expected.crc32);
  const isSmall = identity.size <= memory.blockBytes;
  if (isKnown && !isSmall) return inFile(handle, identity);

  const whole = isSmall ? Buffer.allocUnsafeSlow(identity.size) : undefined;
  const sum = await checksum(handle, identity.size, whole);
  if (sum !== expected.crc32) return "other checksum";
  const after = identityOf(await handle.stat({ bigint: true }));
  if (after?.contentText !== identity.contentText) return "other checksum";
  memory.keepChecked(path, identity, sum);
  if (whole === undefined) return inFile(handle, identity);
  memory.keepBytes(path, identity, whole);
  return inMemory(whole);
}

/**
 * The CRC-32 of so many bytes of a file.
 * @param whole where they are put, if they are to be kept
 */
async function checksum(handle: FileHandle, size: number, whole: Uint8Array | undefined): Promise<number> {
  const room = (length: number, offset: number) =>
    whole === undefined ? takePiece(length) : whole.subarray(offset, offset + length);
  let sum = 0;
  for await (const piece of filePieces(handle, 0, size, room)) {
    sum = crc32(piece, sum);
    returnPiece(piece);
  }
  return sum;
}

function inMemory(bytes: Uint8Array): CheckedFile {
  return {
    size: bytes.length,
    whole: bytes,
    async *pieces(from, to = bytes.length) {
      if (from < to) yield bytes.subarray(from, to);
    },
    close: async () => undefined,
  };
}

function inFile(handle: FileHandle, identity: FileIdentity): CheckedFile {
  const { size, contentText } = identity;
  let closing: Promise<void> | undefined;
  async function expectSame(): Promise<void> {
    const now = identityOf(await handle.stat({ bigint: true }));
    if (now?.contentText !== contentText)
      throw new DasError("BAD_BLOCK", "a block of the cache was written to while it was being read");
  }
  return {
    size,
    whole: undefined,
    pieces(from, to = size, unit = 1) {
      // A piece belongs to its consumer, which may still be sending it when the next are read. The look at the file follows each
      // reading: what was written to it before is not in the piece then.
      return filePieces(handle, from, to, takePiece, { unit, verify: expectSame });
    },
    close() {
      closing ??= handle.close();
      return closing;
    },
  };
}
