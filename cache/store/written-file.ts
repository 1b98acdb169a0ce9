import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { inFolder } from "./durable-file.js";
import { endWriting } from "./temporary-name.js";

/** Bytes that are gathered for one write: from 64 KiB on the disk runs at full speed. */
const BUFFER_BYTES = 256 * 1024;
/** First buffer of a file: most blocks are small, and a build has many at the same time. */
const FIRST_BUFFER_BYTES = 4 * 1024;
/** Full buffers that may wait for the disk before the producer has to. */
const MOST_WAITING = 2;
/**
 * Bytes after which the disk is told to begin with what it has, so that little is left for the end: a build would wait for megabytes that
 * could have been written while it read.
 */
const SYNC_BYTES = 2 * 1024 * 1024;
/** Files that stay open between writes, in this process; the others are opened for each write. */
const MOST_HELD = 64;

let held = 0;

/** Full-sized buffers that are written and can be used again: memory that is taken and given back for each costs more than its use. */
const spare: Buffer[] = [];
const MOST_SPARE = 16;

/** Length and checksums of a file. */
export interface FileSums {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  readonly crc32: number;
}

/**
 * A new file that grows at its end: buffered, with its checksums kept as it grows. It is made, and its folder, with the first write
 * to the disk. Errors are those of the system calls, thrown by the call after the one that they concern at the latest by
 * {@link finish}.
 */
export class WrittenFile {
  readonly path: string;
  #buffer: Buffer | undefined;
  #used = 0;
  #handle: FileHandle | undefined;
  #isMade = false;
  #unsynced = 0;
  /** Bytes on their way to the disk; never rejected. */
  #syncing: Promise<void> | undefined;
  /** Writes one after the other; never rejected. */
  #writes: Promise<void> = Promise.resolve();
  #waiting = 0;
  #failure: { readonly error: unknown } | undefined;
  readonly #sha256: Hash = createHash("sha256");
  #crc32 = 0;
  #bytes = 0;
  #sums: FileSums | undefined;

  /** @param path of {@link temporaryPath} */
  constructor(path: string) {
    this.path = path;
  }

  /** Bytes taken so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Takes bytes at the end; they may be used again at once. Where the disk does not keep up, the answer is a promise that is to be
   * awaited before more is written.
   */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const buffer = this.#room(bytes.length - at);
      const part = bytes.subarray(at, at + buffer.length - this.#used);
      buffer.set(part, this.#used);
      this.#used += part.length;
      at += part.length;
      if (this.#used === BUFFER_BYTES) this.#send();
    }
    return this.#waiting > MOST_WAITING ? this.#settled() : undefined;
  }

  /** No more bytes will come: what they are, whether the disk has them or not. */
  sums(): FileSums {
    this.#send();
    this.#sums ??= { bytes: this.#bytes, sha256: this.#sha256.digest("hex"), crc32: this.#crc32 };
    return this.#sums;
  }

  /** No more bytes will come: all that was taken is on the disk to stay. */
  async finish(): Promise<FileSums> {
    const sums = this.sums();
    await this.#settled();
    const handle = this.#handle ?? (await this.#open());
    try {
      await handle.sync();
    } finally {
      await this.#close();
    }
    await this.#settled();
    return sums;
  }

  /** Removes what was written. */
  async abandon(): Promise<void> {
    await this.#writes;
    await this.#close();
    await rm(this.path, { force: true });
    endWriting(this.path);
  }

  /** A buffer with room for some of `wanted` bytes more. */
  #room(wanted: number): Buffer {
    const buffer = this.#buffer;
    if (buffer !== undefined && this.#used < buffer.length) return buffer;
    const least = this.#bytes > BUFFER_BYTES ? BUFFER_BYTES : (buffer?.length ?? FIRST_BUFFER_BYTES);
    const size = Math.min(BUFFER_BYTES, this.#used + Math.max(wanted, least));
    const grown = (size === BUFFER_BYTES ? spare.pop() : undefined) ?? Buffer.allocUnsafe(size);
    if (buffer !== undefined) grown.set(buffer.subarray(0, this.#used));
    this.#buffer = grown;
    return grown;
  }

  #send(): void {
    const buffer = this.#buffer;
    const full = buffer?.subarray(0, this.#used);
    this.#buffer = undefined;
    this.#used = 0;
    if (buffer === undefined || full === undefined || full.length === 0) return;
    this.#sha256.update(full);
    this.#crc32 = crc32(full, this.#crc32);
    this.#waiting++;
    this.#writes = this.#writes.then(() => this.#put(full, buffer));
  }

  async #put(bytes: Buffer, buffer: Buffer): Promise<void> {
    try {
      if (this.#failure === undefined) {
        const handle = this.#handle ?? (await this.#open());
        await handle.writeFile(bytes);
        this.#unsynced += bytes.length;
        if (held > MOST_HELD) await this.#close();
        else if (this.#unsynced >= SYNC_BYTES) this.#beginSync(handle);
      }
    } catch (error) {
      this.#failure = { error };
      await this.#close().catch(() => undefined);
    } finally {
      this.#waiting--;
      if (buffer.length === BUFFER_BYTES && spare.length < MOST_SPARE) spare.push(buffer);
    }
  }

  #beginSync(handle: FileHandle): void {
    if (this.#syncing !== undefined) return;
    this.#unsynced = 0;
    this.#syncing = handle
      .datasync()
      .catch((error: unknown) => {
        // The system tells of it once: the sync at the end would find nothing wrong.
        this.#failure ??= { error };
      })
      .then(() => {
        this.#syncing = undefined;
      });
  }

  async #settled(): Promise<void> {
    await this.#writes;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #open(): Promise<FileHandle> {
    // The mode is for the umask to narrow. A file that is opened again is not made again.
    const handle = this.#isMade
      ? await open(this.path, constants.O_WRONLY | constants.O_APPEND)
      : await inFolder(dirname(this.path), async () => await open(this.path, "ax"));
    this.#isMade = true;
    this.#handle = handle;
    held++;
    return handle;
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) return;
    await this.#syncing;
    this.#handle = undefined;
    held--;
    await handle.close();
  }
}
