import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { pack as newPack, type Pack } from "tar-stream";
import { storageError } from "../sums/storage-error.js";

/** A tar that is written as files come, one at a time. */
export class TarFile {
  readonly #pack: Pack = newPack();
  readonly #written: Promise<void>;
  readonly #path: string;
  readonly #nowMs: number;

  /**
   * @param path of the tar, which is made
   * @param nowMs time of all members, Unix ms
   */
  constructor(path: string, nowMs: number) {
    this.#path = path;
    this.#nowMs = nowMs;
    this.#written = pipeline(this.#pack, createWriteStream(path, { flags: "wx" }));
    this.#written.catch(() => undefined);
  }

  /** Adds a file as a member. Errors: DISK_FULL, ARCHIVE_FAILED. */
  async add(name: string, path: string): Promise<void> {
    try {
      const { size } = await stat(path);
      await Promise.race([this.#addMember(name, path, size), this.#failure()]);
    } catch (error) {
      throw storageError(error, "the tar of the export cannot be written");
    }
  }

  /** Ends the tar; its bytes. Errors: DISK_FULL, ARCHIVE_FAILED. */
  async end(): Promise<number> {
    try {
      this.#pack.finalize();
      await this.#written;
      return (await stat(this.#path)).size;
    } catch (error) {
      throw storageError(error, "the tar of the export cannot be written");
    }
  }

  /** Lets go of it, wherever it is; never fails. */
  async abandon(): Promise<void> {
    this.#pack.destroy();
    await this.#written.catch(() => undefined);
  }

  async #failure(): Promise<never> {
    await this.#written;
    throw new Error("the tar has ended");
  }

  async #addMember(name: string, path: string, size: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const header = { name, size, mode: 0o664, mtime: new Date(this.#nowMs) };
      const entry = this.#pack.entry(header, (error) => (error ? reject(error) : resolve()));
      // A tar that fails takes its entry along, which tells it a second time.
      entry.on("error", reject);
      const write = async (): Promise<void> => {
        for await (const piece of createReadStream(path))
          if (!entry.write(piece)) await drainedOrClosed(entry);
        entry.end(undefined);
      };
      write().catch(reject);
    });
  }
}

function drainedOrClosed(entry: ReturnType<Pack["entry"]>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      entry.off("drain", done);
      entry.off("close", done);
      resolve();
    };
    entry.on("drain", done);
    entry.on("close", done);
  });
}
