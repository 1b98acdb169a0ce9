import type { FileHandle } from "node:fs/promises";
import { DasError } from "../../errors/das-error.js";

/** Bytes that are read, checked and given out at once. */
export const PIECE_BYTES = 1 << 20;

/** How pieces are read, besides where they are put. */
export interface PieceOptions {
  /** Pieces hold whole numbers of so many bytes, where that is not more than a piece; default 1. */
  readonly unit?: number;
  /** Waited for after each piece has been read, before it is given. */
  readonly verify?: () => Promise<void>;
}

/**
 * Bytes of an open file from an offset to another, in pieces of 1 MiB; while one is used the next is being read.
 *
 * @param room where the piece of that length, which begins at that offset, is read to; free again with the piece after the next
 * Errors: BAD_BLOCK where the file ends before; those of the system call, and of `verify`
 */
export async function* filePieces<T extends Uint8Array>(
  handle: FileHandle,
  from: number,
  to: number,
  room: (length: number, offset: number) => T,
  { unit = 1, verify }: PieceOptions = {},
): AsyncGenerator<T, void, undefined> {
  const step = unit > PIECE_BYTES ? PIECE_BYTES : PIECE_BYTES - (PIECE_BYTES % unit);
  const read = async (at: number): Promise<T> => {
    const piece = await fill(handle, room(Math.min(step, to - at), at), at);
    await verify?.();
    return piece;
  };
  let coming = from < to ? read(from) : undefined;
  try {
    for (let at = from; at < to; at += step) {
      const piece = await coming;
      coming = undefined;
      if (piece === undefined) return;
      if (at + step < to) coming = read(at + step);
      // What goes wrong meanwhile is told when it is waited for.
      coming?.catch(() => undefined);
      yield piece;
    }
  } finally {
    // Who leaves early may close the file, and use the room again.
    await coming?.catch(() => undefined);
  }
}

async function fill<T extends Uint8Array>(handle: FileHandle, buffer: T, position: number): Promise<T> {
  for (let at = 0; at < buffer.length; ) {
    const { bytesRead } = await handle.read(buffer, at, buffer.length - at, position + at);
    if (bytesRead === 0)
      throw new DasError("BAD_BLOCK", "a block of the cache was cut short while it was being read");
    at += bytesRead;
  }
  return buffer;
}
