import { createHash } from "node:crypto";
import { Spool, type SpoolRun } from "../../formats/spool.js";
import { type Body, isWholeBody } from "../http.js";

/** Bytes of a file that is made whole before it is sent; the disk is shared. */
const MAX_BYTES = 2 * 1024 ** 3;

/**
 * A whole file that was made, in memory or in a temporary file without a name. Its bytes are there as long as somebody holds it; whoever
 * made it does, until its own release.
 */
export class MadeFile {
  /** SHA-256, so that it is the same for the same bytes, whoever makes them. */
  readonly sha256: Buffer;
  readonly #run: SpoolRun;
  readonly #spool: Spool;
  #holders = 0;

  private constructor(spool: Spool, run: SpoolRun, sha256: Buffer) {
    this.#spool = spool;
    this.#run = run;
    this.sha256 = sha256;
  }

  /** Takes a body to its end. Errors: OUTPUT_LIMIT beyond 2 GiB, DISK_FULL, and what `body` throws. */
  static async of(body: Body): Promise<MadeFile> {
    const spool = new Spool(undefined, MAX_BYTES);
    try {
      const run = spool.run();
      const hash = createHash("sha256");
      for await (const piece of isWholeBody(body) ? [body] : body) {
        hash.update(piece);
        run.add(piece);
      }
      return new MadeFile(spool, run, hash.digest());
    } catch (error) {
      spool.close();
      throw error;
    }
  }

  get length(): number {
    return this.#run.length;
  }

  get etag(): string {
    return `"${this.sha256.toString("hex")}"`;
  }

  /** Keeps the bytes there until the release that is given is called, which may be called again. */
  hold(): () => void {
    this.#holders++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      if (--this.#holders === 0) this.#spool.close();
    };
  }

  /** The bytes from `begin` to before `end`, which lie in the file; for whoever holds it. Nobody may change them. */
  part(begin: number, end: number): Generator<Uint8Array> {
    return this.#run.part(begin, end);
  }
}
