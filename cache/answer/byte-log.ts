import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Bytes that stay in memory; what is beyond goes to a file. */
const MEMORY_BYTES = 4 << 20;
/** Bytes that a reader gets at a time from the file. */
const READ_BYTES = 256 * 1024;

/** How a log ends: well, or with the error of who wrote it. */
type End = { readonly error?: unknown };

/** One reader: how far it has come. */
interface Position {
  at: number;
}

/**
 * Bytes that are written once and read by any number of readers from the beginning, each at its own pace, while more are being
 * written: a slow reader holds up neither the writer nor the others, until it is `maxBytes` behind. The beginning is in memory, the
 * rest in a file without a name, which goes with the log. Where there can be no such file, or the disk is full, a slow reader holds up
 * the others as soon as it is behind by what memory holds.
 */
export class ByteLog {
  readonly #folder: string;
  #maxBytes: number;
  readonly #readers = new Set<Position>();
  /** What is kept begins here; earlier bytes have been read by all and are gone. */
  #base = 0;
  #memory: Uint8Array[] = [];
  #memoryBytes = 0;
  #file: Promise<FileHandle> | undefined;
  #takesNoFile = false;
  #length = 0;
  #end: End | undefined;
  /** Readers that have come to the end so far, and the writer where it waits for them. */
  #readersWaiting: (() => void)[] = [];
  #writerWaiting: (() => void)[] = [];
  #isClosed = false;

  /**
   * @param folder for the file, made where it is missing
   * @param maxBytes that are kept; then the writer waits until all readers have come to the end
   */
  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** Whether a new reader still finds the beginning. */
  get isWhole(): boolean {
    return this.#base === 0;
  }

  /** Takes a copy of the bytes. To be waited for. */
  async append(bytes: Uint8Array): Promise<void> {
    if (this.#length - this.#base + bytes.length > this.#maxBytes) await this.#startAnew();
    const fits = this.#memoryBytes + bytes.length <= MEMORY_BYTES;
    if (this.#takesNoFile || (fits && this.#file === undefined)) this.#remember(bytes);
    else if (!(await this.#toFile(bytes))) {
      this.#takesNoFile = true;
      this.#maxBytes = MEMORY_BYTES;
      await this.#startAnew();
      this.#remember(bytes);
    }
    this.#length += bytes.length;
    wake(this.#readersWaiting);
  }

  /** Nothing follows. Readers get everything, then the error if there is one. */
  end(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    wake(this.#readersWaiting);
  }

  /** The bytes from the beginning, as they come; leaving early only ends this reading. To be called while {@link isWhole}. */
  read(): AsyncIterableIterator<Uint8Array> {
    const position: Position = { at: 0 };
    this.#readers.add(position);
    const source = this.#readFrom(position);
    return {
      next: () => source.next(),
      // Also where nobody has asked for the first piece, when the generator has not begun.
      return: async () => {
        await this.#leave(position);
        return source.return();
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** No reader will come any more: the file goes with the last of those that are there. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#letGo();
  }

  #remember(bytes: Uint8Array): void {
    this.#memory.push(new Uint8Array(bytes));
    this.#memoryBytes += bytes.length;
  }

  /** Whether the file took the bytes. */
  async #toFile(bytes: Uint8Array): Promise<boolean> {
    try {
      this.#file ??= namelessFile(this.#folder);
      const file = await this.#file;
      const at = this.#length - this.#base - this.#memoryBytes;
      for (let done = 0; done < bytes.length; )
        done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      return true;
    } catch {
      return false;
    }
  }

  async *#readFrom(position: Position): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        if (position.at < this.#length) {
          const bytes = this.#inMemory(position.at) ?? (await this.#readFile(position.at));
          position.at += bytes.length;
          yield bytes;
        } else if (this.#end !== undefined) {
          if ("error" in this.#end) throw this.#end.error;
          return;
        } else {
          wake(this.#writerWaiting);
          await new Promise<void>((resolve) => this.#readersWaiting.push(resolve));
        }
      }
    } finally {
      await this.#leave(position);
    }
  }

  /** The piece that begins there; readers go from piece to piece. */
  #inMemory(at: number): Uint8Array | undefined {
    let begin = this.#base;
    if (at >= begin + this.#memoryBytes) return undefined;
    for (const piece of this.#memory) {
      if (begin + piece.length > at) return piece.subarray(at - begin);
      begin += piece.length;
    }
    return undefined;
  }

  async #readFile(at: number): Promise<Uint8Array> {
    const file = await this.#file;
    const bytes = new Uint8Array(Math.min(READ_BYTES, this.#length - at));
    const found = await file?.read(bytes, 0, bytes.length, at - this.#base - this.#memoryBytes);
    if (found === undefined || found.bytesRead === 0) throw new RangeError("bytes of a log that are gone");
    return bytes.subarray(0, found.bytesRead);
  }

  /** Waits until nobody needs what is kept, and lets go of it. */
  async #startAnew(): Promise<void> {
    while ([...this.#readers].some(({ at }) => at < this.#length))
      await new Promise<void>((resolve) => this.#writerWaiting.push(resolve));
    this.#base = this.#length;
    this.#memory = [];
    this.#memoryBytes = 0;
    const file = await this.#file?.catch(() => undefined);
    // What cannot be cut off is written over.
    await file?.truncate(0).catch(() => undefined);
  }

  async #leave(position: Position): Promise<void> {
    this.#readers.delete(position);
    wake(this.#writerWaiting);
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    if (!this.#isClosed || this.#readers.size > 0) return;
    this.#memory = [];
    const file = this.#file;
    this.#file = undefined;
    await (await file?.catch(() => undefined))?.close();
  }
}

/** Lets all who wait go on. */
function wake(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}

/** A file that only this process sees, so that nothing is left of it whatever happens. */
async function namelessFile(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${process.pid}-${randomBytes(8).toString("hex")}.tmp`);
  const file = await open(path, "wx+", 0o600);
  await unlink(path);
  return file;
}
