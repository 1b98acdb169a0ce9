import { Zlib } from "fflate";

/** Packs pieces into one zlib stream (RFC 1950); das2-stream A14. What it is given may be re-used at once. */
export interface Deflater {
  push(bytes: Uint8Array, write: (bytes: Uint8Array) => void): void;
  /** Writes so much that all that was pushed can be unpacked. */
  flush(write: (bytes: Uint8Array) => void): void;
  /** Writes the rest and the Adler-32. */
  end(write: (bytes: Uint8Array) => void): void;
}

/** A {@link Deflater} of medium strength (level 6). */
export function deflater(): Deflater {
  let output: ((bytes: Uint8Array) => void) | undefined;
  let waiting = false;
  const zlib = new Zlib((bytes) => {
    if (bytes.length > 0) output?.(bytes);
  });
  return {
    push(bytes, write) {
      output = write;
      waiting = true;
      zlib.push(bytes);
    },
    flush(write) {
      if (!waiting) return;
      waiting = false;
      output = write;
      zlib.flush(true);
    },
    end(write) {
      output = write;
      zlib.push(new Uint8Array(0), true);
    },
  };
}
