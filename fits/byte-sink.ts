import { open } from "node:fs/promises";
import { DasError } from "../errors/das-error.js";

/** Where a FITS file goes, byte after byte. */
export interface ByteSink {
  /** Takes bytes at the end; they may be changed by the caller once the promise is settled. */
  write(bytes: Uint8Array): Promise<void>;
}

/**
 * A sink whose earlier bytes can be written again: what is known only at the end (checksums, the size of compressed data)
 * is put into the header afterwards, so that memory does not grow with the image.
 */
export interface PatchableSink extends ByteSink {
  /** Bytes written so far. */
  readonly byteLength: number;
  /** Replaces bytes that were written before. */
  patch(offset: number, bytes: Uint8Array): Promise<void>;
}

/** Whether a sink can be written to again at an earlier place. */
export function isPatchable(sink: ByteSink): sink is PatchableSink {
  return "patch" in sink && typeof sink.patch === "function";
}

/** A sink in memory. */
export interface MemorySink extends PatchableSink {
  /** All bytes written, as a copy. */
  bytes(): Uint8Array;
}

/** Collects a file in memory, at most `limit` bytes. Errors: FITS_TOO_LARGE beyond. */
export function memorySink(limit = 2 ** 31): MemorySink {
  let store = new Uint8Array(1 << 16);
  let byteLength = 0;
  return {
    get byteLength() {
      return byteLength;
    },
    async write(bytes) {
      const needed = byteLength + bytes.length;
      if (needed > limit)
        throw new DasError("FITS_TOO_LARGE", `a file of more than ${limit} bytes is not kept in memory`);
      if (needed > store.length) {
        const larger = new Uint8Array(Math.max(needed, Math.min(2 * store.length, limit)));
        larger.set(store.subarray(0, byteLength));
        store = larger;
      }
      store.set(bytes, byteLength);
      byteLength = needed;
    },
    async patch(offset, bytes) {
      checkPatch(byteLength, offset, bytes);
      store.set(bytes, offset);
    },
    bytes: () => store.slice(0, byteLength),
  };
}

/** A file being written. */
export interface FileSink extends PatchableSink {
  /** Puts the bytes on the disk, where they are to be durable, and closes the file. */
  close(): Promise<void>;
}

/**
 * Creates a new file. Errors: those of the file system; an existing file is not overwritten.
 * @param isDurable false: the disk need not have the bytes when it is closed
 */
export async function createFileSink(path: string, isDurable = true): Promise<FileSink> {
  const handle = await open(path, "wx");
  let byteLength = 0;
  const writeAt = async (offset: number, bytes: Uint8Array): Promise<void> => {
    for (let done = 0; done < bytes.length; )
      done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
  };
  return {
    get byteLength() {
      return byteLength;
    },
    async write(bytes) {
      await writeAt(byteLength, bytes);
      byteLength += bytes.length;
    },
    async patch(offset, bytes) {
      checkPatch(byteLength, offset, bytes);
      await writeAt(offset, bytes);
    },
    async close() {
      try {
        if (isDurable) await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}

function checkPatch(byteLength: number, offset: number, bytes: Uint8Array): void {
  if (!(offset >= 0 && offset + bytes.length <= byteLength))
    throw new DasError("INTERNAL", `a patch of ${bytes.length} bytes at ${offset} of ${byteLength} bytes`);
}
