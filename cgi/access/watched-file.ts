import { readFileSync, statSync } from "node:fs";
import { DasError } from "../../errors/das-error.js";

/** Largest password or group file, bytes. */
const MAX_BYTES = 16 << 20;

/** A parsed file that is read again when it has changed. Errors of reading: BAD_CONFIG, with the path in `where`. */
export class WatchedFile<T> {
  readonly #file: string;
  readonly #what: string;
  readonly #parse: (text: string, file: string) => T;
  #version = "";
  #value: T | undefined;

  /** `what` names the file for people: `password file`. */
  constructor(file: string, what: string, parse: (text: string, file: string) => T) {
    this.#file = file;
    this.#what = what;
    this.#parse = parse;
  }

  /** What the file says now. */
  read(): T {
    try {
      const { mtimeMs, size, ino } = statSync(this.#file);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (this.#value === undefined || version !== this.#version) {
        if (size > MAX_BYTES) throw new Error(`${size} bytes, expected at most ${MAX_BYTES}`);
        this.#value = this.#parse(readFileSync(this.#file, "utf8"), this.#file);
        this.#version = version;
      }
      return this.#value;
    } catch (error) {
      if (error instanceof DasError) throw error;
      throw new DasError(
        "BAD_CONFIG",
        `the ${this.#what} of this server cannot be read`,
        { file: this.#file },
        error,
      );
    }
  }
}
