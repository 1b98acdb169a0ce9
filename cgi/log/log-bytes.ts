import type { FileHandle } from "node:fs/promises";

/** The bytes of a file of the log that is open; of a coded one those that it decodes to. */
export interface LogBytes {
  /** Whether a coded file is damaged or ends too early: these are the bytes before that. Missing where it is known to be whole. */
  readonly isCutOff?: boolean;
  /**
   * Reads at most `count` bytes at `position` into `target`, from `at` on.
   * @returns how many; fewer than were asked for only where the file has no more, or what is there cannot be read
   * Errors: those of node:fs.
   */
  read(target: Buffer, at: number, count: number, position: number): Promise<number>;
  /** Bytes that there are now. Errors: those of node:fs. */
  size(): Promise<number>;
  close(): Promise<void>;
}

/** A file as it is. */
export function fileBytes(file: FileHandle): LogBytes {
  return {
    async read(target, at, count, position) {
      return (await file.read(target, at, count, position)).bytesRead;
    },
    async size() {
      return (await file.stat()).size;
    },
    close: () => file.close(),
  };
}

/** A file that is in memory as a whole. */
export function memoryBytes(bytes: Buffer): LogBytes {
  return {
    read: async (target, at, count, position) => bytes.copy(target, at, position, position + count),
    size: async () => bytes.length,
    close: async () => undefined,
  };
}
