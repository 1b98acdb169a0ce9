import { promisify } from "node:util";
import { constants, createGzip, gzip } from "node:zlib";

const gzipAsync = promisify(gzip);

/** A whole body in gzip. */
export function gzipWhole(bytes: Uint8Array): Promise<Uint8Array> {
  return gzipAsync(bytes);
}

/**
 * A streamed body in gzip, flushed after each piece: what the source has made is never held back for more.
 * An error of the source is passed on.
 */
export async function* gzipStream(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const coder = createGzip();
  let made: Uint8Array[] = [];
  coder.on("data", (bytes: Uint8Array) => made.push(bytes));
  const takeMade = (): Uint8Array => {
    const bytes = Buffer.concat(made);
    made = [];
    return bytes;
  };
  try {
    for await (const piece of source) {
      coder.write(piece);
      await new Promise<void>((resolve) => coder.flush(constants.Z_SYNC_FLUSH, resolve));
      if (made.length > 0) yield takeMade();
    }
    await new Promise<void>((resolve) => {
      coder.on("end", resolve);
      coder.end();
    });
    yield takeMade();
  } finally {
    coder.destroy();
  }
}
