import { isDasError } from "../../errors/das-error.js";
import type { Site } from "../site.js";
import type { MadeFile } from "./made-file.js";

/** Bytes of all files that are kept; the disk is shared. */
const MOST_BYTES = 2 * 1024 ** 3;
const MOST_FILES = 64;
/** How long a file is kept that nobody asks for: a client that takes it in parts asks for one soon after the other. */
const IDLE_MS = 120_000;
/** How long it is kept whoever asks: what it is made of may have changed. */
const LONGEST_MS = 900_000;

/** A file that is there until it is released. */
export interface HeldFile {
  readonly file: MadeFile;
  readonly release: () => void;
}

/** A file that is being made or is kept, under its key. */
interface Kept {
  /** `undefined` where there was nothing to make a file of. Given to others it is held by them. */
  readonly making: Promise<MadeFile | undefined>;
  /** Of what is kept. */
  made?: { readonly file: MadeFile; readonly release: () => void; readonly madeMs: number };
  usedMs: number;
}

/** Limits, and the clock that counts. */
export interface KeptFilesOptions {
  readonly mostBytes?: number;
  readonly mostFiles?: number;
  /** Milliseconds. */
  readonly now?: () => number;
}

/**
 * Files of a resident server that were made whole, kept for a while for whoever asks for parts of them: a client that takes a file in ten
 * parts has it made once. Those who ask while one is being made wait for it.
 */
export class KeptFiles {
  /** The one that was used last stands last. */
  readonly #files = new Map<string, Kept>();
  readonly #mostBytes: number;
  readonly #mostFiles: number;
  readonly #now: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ mostBytes = MOST_BYTES, mostFiles = MOST_FILES, now = Date.now }: KeptFilesOptions = {}) {
    this.#mostBytes = mostBytes;
    this.#mostFiles = mostFiles;
    this.#now = now;
  }

  /**
   * A file that is kept and will do, else one that is made, and kept then. `undefined` where there is nothing to make a file of.
   *
   * @param key all that the file is made of
   * @param willDo whether a file that was made for somebody else will do; missing: none does
   * Errors: those of `make`.
   */
  async file(
    key: string,
    make: () => Promise<MadeFile | undefined>,
    willDo: ((file: MadeFile) => boolean) | undefined,
  ): Promise<HeldFile | undefined> {
    if (willDo !== undefined) {
      const kept = await this.#kept(key, willDo);
      if (kept !== undefined) return kept;
    }
    return await this.#make(key, make);
  }

  async #kept(key: string, willDo: (file: MadeFile) => boolean): Promise<HeldFile | undefined> {
    this.#forgetOld();
    const kept = this.#files.get(key);
    if (kept === undefined) return undefined;
    try {
      const file = await kept.making;
      // It may have been let go of meanwhile.
      if (file === undefined || kept.made === undefined || !willDo(file)) return undefined;
      this.#use(key, kept);
      return { file, release: file.hold() };
    } catch (error) {
      // Whoever had it made has left: that is no reason for others to go without.
      if (isDasError(error, "CANCELLED")) return undefined;
      throw error;
    }
  }

  async #make(key: string, make: () => Promise<MadeFile | undefined>): Promise<HeldFile | undefined> {
    const kept: Kept = { making: make(), usedMs: this.#now() };
    this.#forget(key);
    this.#files.set(key, kept);
    try {
      const file = await kept.making;
      if (file === undefined) {
        this.#drop(key, kept);
        return undefined;
      }
      const held = { file, release: file.hold() };
      // Another may have been made in its place.
      if (this.#files.get(key) === kept) {
        kept.made = { file, release: file.hold(), madeMs: this.#now() };
        this.#use(key, kept);
        this.#makeRoom();
        this.#watch();
      }
      return held;
    } catch (error) {
      this.#drop(key, kept);
      throw error;
    }
  }

  #use(key: string, kept: Kept): void {
    kept.usedMs = this.#now();
    if (this.#files.get(key) !== kept) return;
    this.#files.delete(key);
    this.#files.set(key, kept);
  }

  #drop(key: string, kept: Kept): void {
    if (this.#files.get(key) === kept) this.#files.delete(key);
  }

  #forget(key: string): void {
    const kept = this.#files.get(key);
    this.#files.delete(key);
    kept?.made?.release();
    if (kept !== undefined) delete kept.made;
  }

  #makeRoom(): void {
    const made = [...this.#files].filter(([, kept]) => kept.made !== undefined);
    let bytes = made.reduce((sum, [, kept]) => sum + (kept.made?.file.length ?? 0), 0);
    let count = made.length;
    for (const [key, kept] of made) {
      if (bytes <= this.#mostBytes && count <= this.#mostFiles) return;
      bytes -= kept.made?.file.length ?? 0;
      count--;
      this.#forget(key);
    }
  }

  #forgetOld(): void {
    const now = this.#now();
    for (const [key, { made, usedMs }] of this.#files)
      if (made !== undefined && (now - usedMs >= IDLE_MS || now - made.madeMs >= LONGEST_MS))
        this.#forget(key);
  }

  /** Looks after what nobody asks for any more. */
  #watch(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#forgetOld();
      if (this.#files.size > 0) this.#watch();
    }, IDLE_MS);
    this.#timer.unref();
  }

  /** Lets go of all. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const key of [...this.#files.keys()]) this.#forget(key);
  }
}

const ofSites = new WeakMap<Site, KeptFiles>();

/** Those of a server, which lets go of them when it closes. */
export function keptFiles(site: Site): KeptFiles {
  let files = ofSites.get(site);
  if (files === undefined) {
    const made = new KeptFiles();
    files = made;
    ofSites.set(site, made);
    site.closers.add(async () => made.close());
  }
  return files;
}
