import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readSmallFile } from "../store/small-file.js";
import { systemCode } from "../store/store-error.js";

/** When so many changes have been added, they are summed up. */
const MAX_CHANGES = 8192;
const BYTES = 8;
/** Longest file that is read: processes that sum up at the same time make it somewhat longer than it should be. */
const MAX_BYTES = 4 * MAX_CHANGES * BYTES;
// A pipe in its place would keep us waiting.
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * A sum in a file to which every process may add: the changes one after the other as float64, little-endian. A change that is added
 * while another process sums up is lost; the sum is corrected from the disk now and then.
 */
export class FileUsage {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Adds bytes, which may be less than none. */
  async add(bytes: number): Promise<void> {
    if (bytes === 0) return;
    await mkdir(dirname(this.#path), { recursive: true });
    const size = await this.#append(encoded(bytes));
    if (size === undefined) await this.set(bytes);
    else if (size > MAX_CHANGES * BYTES) await this.set(await this.sum());
  }

  /** @returns how long the file is then; `undefined` where it is none */
  async #append(bytes: Buffer): Promise<number | undefined> {
    const handle = await open(this.#path, APPEND).catch((error: unknown) => {
      if (systemCode(error) === "ENXIO") return undefined;
      throw error;
    });
    if (handle === undefined) return undefined;
    try {
      if (!(await handle.stat()).isFile()) return undefined;
      await handle.write(bytes);
      return (await handle.stat()).size;
    } finally {
      await handle.close();
    }
  }

  /** The sum, never less than 0. */
  async sum(): Promise<number> {
    const bytes = (await readSmallFile(this.#path, MAX_BYTES).catch(() => undefined)) ?? Buffer.alloc(0);
    let sum = 0;
    for (let at = 0; at + BYTES <= bytes.length; at += BYTES) {
      const change = bytes.readDoubleLE(at);
      if (Number.isSafeInteger(change)) sum += change;
    }
    return Math.max(0, sum);
  }

  async set(bytes: number): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const aside = `${this.#path}.${randomBytes(6).toString("hex")}`;
    await writeFile(aside, encoded(Math.max(0, Math.round(bytes))), { flag: "wx" });
    await rename(aside, this.#path);
  }
}

function encoded(value: number): Buffer {
  const bytes = Buffer.alloc(BYTES);
  bytes.writeDoubleLE(value);
  return bytes;
}
