import { DasError, isDasError } from "../../errors/das-error.js";
import type { PatchableSink } from "../../fits/byte-sink.js";

/** What stands in `where` of the error, which tells it from those of a stored file. */
const FULL = "beyond the bytes left to the export";

/**
 * A sink that takes no more than `atMostBytes`, so that a small stored file which unfolds to a huge one fills no disk.
 * Errors of writing: FITS_TOO_LARGE beyond, see {@link isBeyondBound}.
 */
export function boundedSink(sink: PatchableSink, atMostBytes: number): PatchableSink {
  return {
    get byteLength() {
      return sink.byteLength;
    },
    async write(bytes) {
      if (sink.byteLength + bytes.length > atMostBytes) throw beyondBound(atMostBytes);
      await sink.write(bytes);
    },
    patch: (offset, bytes) => sink.patch(offset, bytes),
  };
}

/** The error of a file that has more bytes than it may. */
export function beyondBound(atMostBytes: number): DasError {
  return new DasError("FITS_TOO_LARGE", `a file of more than ${atMostBytes} bytes`, { what: FULL });
}

/** Whether an error is {@link beyondBound}. */
export function isBeyondBound(error: unknown): boolean {
  return isDasError(error, "FITS_TOO_LARGE") && error.where.what === FULL;
}
