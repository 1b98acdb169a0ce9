import { readStream } from "../../stream/read-stream.js";
import { type BlockHeaders, readHeaders } from "./block-headers.js";
import type { FileIdentity } from "./file-identity.js";
import { HeaderMemory } from "./header-memory.js";
import { Recent } from "./recent.js";
import type { Sidecar } from "./sidecar.js";

/** How much a process remembers of blocks. */
export interface BlockMemoryLimits {
  /** Bytes of small blocks in all; default 64 MiB. */
  readonly bytes?: number;
  /** Bytes of a block that counts as small; default 4 MiB. */
  readonly blockBytes?: number;
  /** Files of which it is known that their checksum was right, and sidecars, each; default 65536, about 30 MB. */
  readonly entries?: number;
}

/**
 * A file changed within this time of the look at it may change again without a sign, since times of files are as coarse as a tick of
 * the kernel: such a look is not remembered.
 */
const SETTLED_MS = 100;
/** Different headers that are kept: blocks of one level share them. */
const MOST_HEADERS = 256;
/** Longest headers that are kept, bytes. */
const MOST_HEADER_BYTES = 64 * 1024;

/** Something that holds as long as a file has this identity. */
interface Known<T> {
  readonly identity: string;
  readonly what: T;
}

/**
 * What a process remembers of blocks that it has looked at, so that one that has not changed since is neither checked nor, if it is
 * small, read again. Bounded; what was not used for the longest time goes first. What is remembered holds for one identity of a file
 * only, so a block that was replaced or written to is looked at anew.
 */
export class BlockMemory {
  /** Longest block of which the bytes are kept. */
  readonly blockBytes: number;
  /** Single headers, which the streams of blocks that follow each other share. */
  readonly definitions = new HeaderMemory();
  readonly #mostBytes: number;
  readonly #sums: Recent<Known<number>>;
  readonly #sidecars: Recent<Known<Sidecar>>;
  readonly #contents: Recent<Known<Uint8Array>>;
  readonly #headers = new Recent<BlockHeaders>(MOST_HEADERS);
  /** Those of blocks whose bytes are held. */
  readonly #headersIn = new WeakMap<Uint8Array, BlockHeaders>();
  readonly #now: () => number;
  #bytes = 0;

  constructor(limits: BlockMemoryLimits = {}, now: () => number = Date.now) {
    const { bytes = 64 * 2 ** 20, blockBytes = 4 * 2 ** 20, entries = 65_536 } = limits;
    this.#mostBytes = bytes;
    this.blockBytes = Math.min(blockBytes, bytes);
    this.#sums = new Recent(entries);
    this.#sidecars = new Recent(entries);
    this.#contents = new Recent(entries, (gone) => {
      this.#bytes -= gone.what.length;
    });
    this.#now = now;
  }

  /** Bytes of blocks that are held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the bytes of a file are known to have that CRC-32. */
  isChecked(path: string, identity: FileIdentity, crc32: number): boolean {
    const known = this.#sums.get(path);
    return known?.identity === identity.text && known.what === crc32;
  }

  keepChecked(path: string, identity: FileIdentity, crc32: number): void {
    if (this.#isSettled(identity)) this.#sums.set(path, { identity: identity.text, what: crc32 });
  }

  /** All bytes of a file that was checked; not to be written to. */
  bytesOf(path: string, identity: FileIdentity): Uint8Array | undefined {
    const known = this.#contents.get(path);
    return known?.identity === identity.text ? known.what : undefined;
  }

  keepBytes(path: string, identity: FileIdentity, bytes: Uint8Array): void {
    if (bytes.length > this.blockBytes || !this.#isSettled(identity)) return;
    this.#contents.set(path, { identity: identity.text, what: bytes });
    this.#bytes += bytes.length;
    while (this.#bytes > this.#mostBytes) this.#contents.deleteOldest();
  }

  sidecarOf(path: string, identity: FileIdentity): Sidecar | undefined {
    const known = this.#sidecars.get(path);
    return known?.identity === identity.text ? known.what : undefined;
  }

  /** Whether that sidecar was read before, whatever has become of it. */
  knowsSidecar(path: string): boolean {
    return this.#sidecars.get(path) !== undefined;
  }

  keepSidecar(path: string, identity: FileIdentity, sidecar: Sidecar): void {
    if (this.#isSettled(identity)) this.#sidecars.set(path, { identity: identity.text, what: sidecar });
  }

  /**
   * The headers that these bytes are: equal bytes give the same object. Errors: those of {@link readHeaders}.
   * @param whole all bytes of the block, where they are in memory
   */
  async headersOf(
    source: () => AsyncIterable<Uint8Array>,
    length: number,
    whole?: Uint8Array,
  ): Promise<BlockHeaders> {
    const held = whole === undefined ? undefined : this.#headersIn.get(whole);
    if (held !== undefined) return held;
    if (length > MOST_HEADER_BYTES)
      return await readHeaders(readStream(source(), undefined, this.definitions));
    const pieces: Uint8Array[] = [];
    for await (const piece of source()) pieces.push(piece);
    const key = Buffer.concat(pieces).toString("latin1");
    const headers =
      this.#headers.get(key) ??
      (await readHeaders(readStream(piecesOf(pieces), undefined, this.definitions)));
    this.#headers.set(key, headers);
    if (whole !== undefined) this.#headersIn.set(whole, headers);
    return headers;
  }

  #isSettled(identity: FileIdentity): boolean {
    return this.#now() - identity.ctimeMs > SETTLED_MS;
  }
}

async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* pieces;
}

/** The memory of this process. */
export const PROCESS_MEMORY = new BlockMemory();
