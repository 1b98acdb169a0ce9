import { randomBytes } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DasError } from "../../errors/das-error.js";
import { storageError } from "../sums/storage-error.js";

/** Bytes that one copy may have waiting on the disk. */
const MAX_BYTES = 64 * 1024 ** 3;
const PIECE_BYTES = 65_536;

/**
 * Bytes on their way from a fast side to a slow one, kept in a file that has no name: who takes its time with a copy must not hold
 * the transaction that others wait for.
 */
export class Spool {
  readonly #file: FileHandle;
  #written = 0;
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** In the folder for temporary files. Errors: DISK_FULL, ARCHIVE_FAILED where there can be none. */
  static async open(): Promise<Spool> {
    const path = join(tmpdir(), `heliostream-copy-${randomBytes(12).toString("hex")}`);
    try {
      const file = await open(path, "wx+", 0o600);
      await unlink(path);
      return new Spool(file);
    } catch (error) {
      throw storageError(error, "a copy cannot be kept for its reader");
    }
  }

  /** Errors: ARCHIVE_FAILED beyond the limit, DISK_FULL. */
  async append(bytes: Uint8Array): Promise<void> {
    if (this.#written + bytes.length > MAX_BYTES)
      throw new DasError("ARCHIVE_FAILED", `A copy of more than ${MAX_BYTES} bytes`);
    try {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, this.#written);
        at += bytesWritten;
        this.#written += bytesWritten;
      }
    } catch (error) {
      throw storageError(error, "a copy cannot be kept for its reader");
    }
    this.#wake?.();
  }

  /** No more bytes come; with an error the reader gets that behind them. */
  finish(end: { readonly error?: unknown } = {}): void {
    this.#end = end;
    this.#wake?.();
  }

  /** All bytes, as they come; for one reader. */
  async *pieces(): AsyncGenerator<Uint8Array> {
    for (let read = 0; ; ) {
      while (read === this.#written && this.#end === undefined)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      if (read === this.#written) {
        if (this.#end !== undefined && "error" in this.#end) throw this.#end.error;
        return;
      }
      const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, this.#written - read));
      const { bytesRead } = await this.#file.read(piece, 0, piece.length, read);
      read += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  }

  /** Gives the space back. */
  close(): Promise<void> {
    return this.#file.close();
  }
}
