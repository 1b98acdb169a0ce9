import { type FileHandle, open } from "node:fs/promises";
import { DasError } from "../errors/das-error.js";
import { type ByteSource, checkRange } from "./byte-source.js";

/** A file as a source; it stays open until it is closed. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/**
 * Opens a file for reading by ranges. Nothing is read ahead: memory is what one read asks for.
 * Errors: BAD_FILE where it cannot be opened, is not a regular file, or becomes shorter while it is read.
 */
export async function openFileSource(path: string): Promise<FileSource> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw new DasError("BAD_FILE", "the FITS file cannot be opened", { path }, error);
  });
  return handleSource(handle, path);
}

/**
 * A file that is open already as a source, which closes it. `path` is for the log.
 * Errors: as {@link openFileSource}; then the file is closed.
 */
export async function handleSource(handle: FileHandle, path: string): Promise<FileSource> {
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new DasError("BAD_FILE", "the FITS file is not a regular file", { path });
    const byteLength = stat.size;
    const readInto = async (offset: number, target: Uint8Array): Promise<void> => {
      checkRange(byteLength, offset, target.length);
      for (let done = 0; done < target.length; ) {
        const { bytesRead } = await handle.read(target, done, target.length - done, offset + done);
        if (bytesRead === 0)
          throw new DasError("BAD_FILE", "the FITS file became shorter while it was read", { path });
        done += bytesRead;
      }
    };
    return {
      byteLength,
      readInto,
      async read(offset, length) {
        // Before memory is taken.
        checkRange(byteLength, offset, length);
        const bytes = new Uint8Array(length);
        await readInto(offset, bytes);
        return bytes;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
