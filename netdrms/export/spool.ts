import { randomBytes } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileSink, memorySink } from "../../fits/byte-sink.js";
import { type FileSource, handleSource } from "../../fits/file-source.js";
import { beyondBound, boundedSink } from "./bounded-sink.js";
import type { PreparedFile } from "./image-file.js";

/** A finished file: its size, and its bytes once. */
export interface SpooledFile {
  readonly byteLength: number;
  /** A piece may be overwritten once the next is asked for. */
  pieces(): AsyncIterable<Uint8Array>;
  /** Lets go of memory or of the temporary file. */
  close(): Promise<void>;
}

/** What is made whole in memory; larger files go to a temporary one. */
const MEMORY_BYTES = 32 << 20;
const PIECE_BYTES = 1 << 20;

/**
 * Makes a file before its first byte goes out: a pipe needs its size first, and what goes wrong is known before anything of it is
 * visible. A `direct` file is read through as it goes.
 *
 * @param mostBytes that the file may have
 * Errors: those of writing the file; FITS_TOO_LARGE beyond `mostBytes`, see `isBeyondBound`.
 */
export async function spool(file: PreparedFile, mostBytes = Number.POSITIVE_INFINITY): Promise<SpooledFile> {
  if (file.kind === "direct") return throughput(file, mostBytes);
  if (file.atMostBytes > MEMORY_BYTES) return onDisk(file, mostBytes);
  const sink = memorySink(file.atMostBytes);
  await file.write(boundedSink(sink, mostBytes));
  const bytes = sink.bytes();
  return {
    byteLength: bytes.length,
    async *pieces() {
      yield bytes;
    },
    close: async () => undefined,
  };
}

function throughput(file: PreparedFile & { readonly kind: "direct" }, mostBytes: number): SpooledFile {
  if (file.byteLength > mostBytes) throw beyondBound(mostBytes);
  return { byteLength: file.byteLength, pieces: () => writtenPieces(file), close: async () => undefined };
}

async function onDisk(
  file: PreparedFile & { readonly kind: "patched" },
  mostBytes: number,
): Promise<SpooledFile> {
  const path = join(tmpdir(), `heliostream-${randomBytes(12).toString("hex")}.fits`);
  const sink = await createFileSink(path, false);
  let source: FileSource;
  try {
    const reading = await open(path, "r");
    try {
      // Without a name the file goes with this process, whatever becomes of it.
      await rm(path);
      await file.write(boundedSink(sink, mostBytes));
    } catch (error) {
      await reading.close();
      throw error;
    }
    source = await handleSource(reading, path);
  } finally {
    await sink.close();
    await rm(path, { force: true });
  }
  return {
    byteLength: source.byteLength,
    async *pieces() {
      for (let at = 0; at < source.byteLength; at += PIECE_BYTES)
        yield await source.read(at, Math.min(PIECE_BYTES, source.byteLength - at));
    },
    close: () => source.close(),
  };
}

/** What a writer writes, as a sequence that its reader pulls: one piece is on its way at a time. */
async function* writtenPieces(file: PreparedFile & { readonly kind: "direct" }): AsyncGenerator<Uint8Array> {
  let arrived: (piece: Uint8Array | undefined) => void = () => undefined;
  let taken: () => void = () => undefined;
  let left = false;
  let next = new Promise<Uint8Array | undefined>((resolve) => {
    arrived = resolve;
  });
  const writing = file
    .write({
      write(piece) {
        if (left) return Promise.reject(new Error("nobody reads on"));
        return new Promise<void>((resolve) => {
          taken = resolve;
          arrived(piece);
        });
      },
    })
    .finally(() => arrived(undefined));
  writing.catch(() => undefined);
  try {
    for (;;) {
      const piece = await next;
      if (piece === undefined) break;
      next = new Promise((resolve) => {
        arrived = resolve;
      });
      yield piece;
      taken();
    }
    await writing;
  } finally {
    left = true;
    taken();
    await writing.catch(() => undefined);
  }
}
