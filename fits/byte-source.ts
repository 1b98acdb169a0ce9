import { DasError } from "../errors/das-error.js";

/**
 * Bytes that are read by ranges: a file, memory, an answer to HTTP range requests. The only way by which this folder
 * reaches a FITS file.
 */
export interface ByteSource {
  readonly byteLength: number;
  /**
   * Exactly `length` bytes from `offset` on. The array may be a view of the source: it is not to be written to.
   * Errors: BAD_FILE where the source ends before.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /**
   * Fills `target` with the bytes from `offset` on; where it is absent, {@link read} costs no copy. Errors: as of {@link read}.
   */
  readInto?(offset: number, target: Uint8Array): Promise<void>;
}

/** Bytes in memory as a source; reads are views, not copies. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    byteLength: bytes.byteLength,
    async read(offset, length) {
      checkRange(bytes.byteLength, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** Errors: BAD_FILE where `length` bytes at `offset` are not within a source of `byteLength` bytes. */
export function checkRange(byteLength: number, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= byteLength))
    throw new DasError(
      "BAD_FILE",
      `the FITS file is cut: ${length} bytes wanted at byte ${offset}, the file has ${byteLength}`,
    );
}
