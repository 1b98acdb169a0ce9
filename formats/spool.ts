import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DasError } from "../errors/das-error.js";

/** A block of a run, in memory or at a place of the file. */
type Block = Uint8Array | { readonly offset: number; readonly length: number };

/** Bytes of one run that are gathered before they become a block. */
const BLOCK_BYTES = 262_144;
/** Blocks that are kept in memory: a short answer needs no file. */
const MEMORY_BYTES = 4 * 1024 * 1024;
/** Most bytes of all runs: a day of the fastest instruments; the disk is shared. */
const MAX_BYTES = 8 * 1024 ** 3;

/**
 * A store for bytes that can only be written later: a few megabytes in memory, the rest in a temporary file that has no name, so that
 * nothing is left behind by a process that is killed. One store holds several runs of bytes.
 */
export class Spool {
  readonly #folder: string;
  readonly #maxBytes: number;
  #file: number | undefined;
  #fileBytes = 0;
  #total = 0;

  /** @param folder where the file is made, if one is needed */
  constructor(folder: string = tmpdir(), maxBytes = MAX_BYTES) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** A run of bytes of its own. */
  run(): SpoolRun {
    return new SpoolRun(this);
  }

  /**
   * Keeps a block, whose memory now belongs to the store.
   * Errors: OUTPUT_LIMIT where all runs have become too long, DISK_FULL where there is no room on the disk.
   */
  keep(bytes: Uint8Array): Block {
    this.#total += bytes.length;
    if (this.#total > this.#maxBytes)
      throw new DasError(
        "OUTPUT_LIMIT",
        `the answer is longer than ${this.#maxBytes} bytes, expected a shorter range for this form`,
      );
    if (this.#total <= MEMORY_BYTES) return bytes;
    const offset = this.#fileBytes;
    try {
      this.#file ??= this.#open();
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#file, bytes, done, bytes.length - done, offset + done);
    } catch (error) {
      if (error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT"))
        throw new DasError("DISK_FULL", "there is no room to put this answer together", {}, error);
      throw error;
    }
    this.#fileBytes += bytes.length;
    return { offset, length: bytes.length };
  }

  /** The bytes of a block, in memory of the caller. */
  load(block: Block): Uint8Array {
    if (block instanceof Uint8Array) return block;
    const bytes = new Uint8Array(block.length);
    for (let done = 0; done < bytes.length; ) {
      // A block that is in the file was written to it.
      const count = readSync(this.#file!, bytes, done, bytes.length - done, block.offset + done);
      if (count === 0)
        throw new DasError("INTERNAL", "a temporary file is shorter than what was written to it");
      done += count;
    }
    return bytes;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): number {
    const path = join(this.#folder, `heliostream-${randomUUID()}`);
    const file = openSync(path, "wx+", 0o600);
    unlinkSync(path);
    return file;
  }
}

/** Bytes one after the other, to be given back in pieces. */
export class SpoolRun {
  readonly #spool: Spool;
  readonly #blocks: Block[] = [];
  #open: Uint8Array | undefined;
  #used = 0;
  #length = 0;

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Takes a copy. Errors: those of {@link Spool.keep}. */
  add(bytes: Uint8Array): void {
    this.#length += bytes.length;
    for (let done = 0; done < bytes.length; ) {
      this.#open ??= new Uint8Array(BLOCK_BYTES);
      const count = Math.min(bytes.length - done, BLOCK_BYTES - this.#used);
      this.#open.set(bytes.subarray(done, done + count), this.#used);
      this.#used += count;
      done += count;
      if (this.#used === BLOCK_BYTES) this.#close();
    }
  }

  /** The bytes, in pieces that belong to whoever takes them; for one reading. */
  *pieces(): Generator<Uint8Array> {
    this.#close();
    for (const block of this.#blocks) yield this.#spool.load(block);
  }

  /**
   * The bytes from `begin` to before `end`, in pieces that nobody may change; as often as they are wanted, where nothing is added any more.
   * What lies before is not read. Both ends lie within the run.
   */
  *part(begin: number, end: number): Generator<Uint8Array> {
    this.#close();
    // All blocks but the last are full.
    for (let at = begin; at < end; ) {
      const number = Math.floor(at / BLOCK_BYTES);
      const from = at - number * BLOCK_BYTES;
      const piece = this.#spool.load(this.#blocks[number]!).subarray(from, from + end - at);
      yield piece;
      at += piece.length;
    }
  }

  #close(): void {
    if (this.#open !== undefined && this.#used > 0)
      this.#blocks.push(
        this.#spool.keep(this.#used === BLOCK_BYTES ? this.#open : this.#open.slice(0, this.#used)),
      );
    this.#open = undefined;
    this.#used = 0;
  }
}
