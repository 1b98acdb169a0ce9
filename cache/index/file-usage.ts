import { randomBytes } from "node:crypto";
import { appendFile, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** When so many changes have been added, they are summed up. */
const MAX_CHANGES = 8192;
const BYTES = 8;

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
    await appendFile(this.#path, encoded(bytes));
    if ((await stat(this.#path)).size > MAX_CHANGES * BYTES) await this.set(await this.sum());
  }

  /** The sum, never less than 0. */
  async sum(): Promise<number> {
    const bytes = await readFile(this.#path).catch(() => Buffer.alloc(0));
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
