import { memorySink } from "../../fits/byte-sink.js";
import { beyondBound, boundedSink } from "./bounded-sink.js";
import type { PreparedFile } from "./image-file.js";
import { sourcePieces, temporaryFile } from "./temporary-file.js";

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
  const temporary = await temporaryFile();
  try {
    await file.write(boundedSink(temporary.sink, mostBytes));
    const source = await temporary.source();
    return {
      byteLength: source.byteLength,
      pieces: () => sourcePieces(source),
      close: () => temporary.close(),
    };
  } catch (error) {
    await temporary.close();
    throw error;
  }
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
