import { randomBytes } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileSink, type FileSink } from "../../fits/byte-sink.js";
import { type FileSource, handleSource } from "../../fits/file-source.js";

/** A file without a name: it goes with this process, whatever becomes of it. */
export interface TemporaryFile {
  readonly sink: FileSink;
  /** What was written, for reading; nothing is written after that. */
  source(): Promise<FileSource>;
  /** Lets it go; does nothing the second time. */
  close(): Promise<void>;
}

/** Makes a temporary file. Errors: those of the file system. */
export async function temporaryFile(): Promise<TemporaryFile> {
  const path = join(tmpdir(), `heliostream-${randomBytes(12).toString("hex")}`);
  const sink = await createFileSink(path, false);
  let reading: FileHandle;
  try {
    reading = await open(path, "r");
  } catch (error) {
    await sink.close();
    throw error;
  } finally {
    await rm(path, { force: true });
  }
  return {
    sink,
    source: () => handleSource(reading, path),
    async close() {
      await Promise.all([sink.close(), reading.close()]);
    },
  };
}

const PIECE_BYTES = 1 << 20;

/** The bytes of a source in pieces, from begin to end. */
export async function* sourcePieces(source: FileSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.byteLength; at += PIECE_BYTES)
    yield await source.read(at, Math.min(PIECE_BYTES, source.byteLength - at));
}
