import type { FileHandle } from "node:fs/promises";
import { DasError } from "../../errors/das-error.js";

/** Bytes that are read, checked and given out at once. */
export const PIECE_BYTES = 1 << 20;

/**
 * Bytes of an open file from an offset to another, in pieces of 1 MiB; while one is used the next is being read.
 *
 * @param room where the piece of that length, which begins at that offset, is read to; free again with the piece after the next
 * Errors: BAD_BLOCK where the file ends before; those of the system call
 */
export async function* filePieces(
  handle: FileHandle,
  from: number,
  to: number,
  room: (length: number, offset: number) => Buffer,
): AsyncGenerator<Buffer, void, undefined> {
  const read = (at: number) => fill(handle, room(Math.min(PIECE_BYTES, to - at), at), at);
  let coming = from < to ? read(from) : undefined;
  try {
    for (let at = from; at < to; at += PIECE_BYTES) {
      const piece = await coming;
      coming = undefined;
      if (piece === undefined) return;
      if (at + PIECE_BYTES < to) coming = read(at + PIECE_BYTES);
      // What goes wrong meanwhile is told when it is waited for.
      coming?.catch(() => undefined);
      yield piece;
    }
  } finally {
    // Who leaves early may close the file, and use the room again.
    await coming?.catch(() => undefined);
  }
}

async function fill(handle: FileHandle, buffer: Buffer, position: number): Promise<Buffer> {
  for (let at = 0; at < buffer.length; ) {
    const { bytesRead } = await handle.read(buffer, at, buffer.length - at, position + at);
    if (bytesRead === 0)
      throw new DasError("BAD_BLOCK", "a block of the cache was cut short while it was being read");
    at += bytesRead;
  }
  return buffer;
}
