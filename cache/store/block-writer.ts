import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DasError } from "../../errors/das-error.js";
import { blockPath, blockTimeText, SIDECAR_SUFFIX, STATISTICS_SUFFIX } from "../block-path.js";
import { type Level, levelName } from "../level.js";
import { inFolder, reserve, syncFolder, writeSynced } from "./durable-file.js";
import { readSidecar } from "./read-sidecar.js";
import type { Sidecar } from "./sidecar.js";
import { sidecarOfLevel } from "./sidecar-level.js";
import { MOST_SIDECAR_BYTES, printSidecar } from "./sidecar-text.js";
import { storeError } from "./store-error.js";
import { type AsideNames, endWriting, temporaryPath } from "./temporary-name.js";
import { WrittenFile } from "./written-file.js";

/** What only the builder of a block knows of it; times are milliseconds since 1970. */
export interface BuildFacts extends Pick<Sidecar, "records" | "headerBytes" | "flat" | "x" | "madeFrom"> {
  /** When the reading for it began. */
  readonly builtMs: number;
  /** The newest of the files that the source watches. */
  readonly sourceMtimeMs?: number;
}

/**
 * Writes one block, with its companion where it has one, aside, and puts them in place when they are whole. Either
 * {@link BlockWriter.publish} or {@link BlockWriter.abandon} is the last call.
 */
export interface BlockWriter {
  /**
   * Takes bytes of the block; they may be used again at once. A promise is to be awaited before more is written: the disk does not
   * keep up. Errors: DISK_FULL, BUILD_FAILED.
   */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** As {@link BlockWriter.write}, for the companion. One to which nothing is written is not there. */
  writeStatistics(bytes: Uint8Array): Promise<void> | undefined;
  /** No more bytes will come: the disk has them for good, still aside. Errors: DISK_FULL, BUILD_FAILED; nothing is left then. */
  finish(facts: BuildFacts): Promise<Sidecar>;
  /**
   * Puts the finished block in the place of what was there: block, companion, sidecar. Before it readers find what was there, after
   * it this block, in between a gap. Errors: DISK_FULL, BUILD_FAILED; what was written aside is removed then.
   */
  publish(): Promise<Sidecar>;
  /** Removes what was written; nothing happens after {@link BlockWriter.publish}. */
  abandon(): Promise<void>;
}

/**
 * Begins a block. Nothing is on the disk before the first 256 KiB or {@link BlockWriter.finish}.
 * Source: das2-server 15.2, 15.7.
 */
export function openBlockWriter(
  level: Level,
  number: number,
  options: { readonly statistics: boolean; readonly names?: AsideNames },
): BlockWriter {
  return new OneBlockWriter(level, number, options.statistics, options.names);
}

/**
 * Puts a block in place that was written under these names and finished, as {@link BlockWriter.publish} does: of many blocks that wait
 * for the end of their build nothing but the number has to be kept.
 * Errors: DISK_FULL, BUILD_FAILED; what was written aside is removed then.
 */
export async function publishFinished(level: Level, number: number, names: AsideNames): Promise<Sidecar> {
  const files = filesOf(blockPath(level, number), (path) => names.pathFor(path));
  try {
    const sidecar = (await readSidecar(files.meta))?.sidecar;
    if (sidecar === undefined) throw new DasError("BUILD_FAILED", "what was written of a block is gone");
    await putInPlace(files, sidecar);
    return sidecar;
  } catch (error) {
    await abandonFinished(level, number, names).catch(() => undefined);
    throw failure(level, number, error);
  }
}

/** Removes what was written under these names of a block that is finished. */
export async function abandonFinished(level: Level, number: number, names: AsideNames): Promise<void> {
  const { block, statistics, meta } = filesOf(blockPath(level, number), (path) => names.pathFor(path));
  for (const path of [block, statistics, meta]) await rm(path, { force: true });
}

/** Where a block lies, and where its parts are written. */
interface BlockFiles {
  readonly path: string;
  readonly block: string;
  readonly statistics: string;
  readonly meta: string;
}

function filesOf(path: string, asideOf: (path: string) => string): BlockFiles {
  return {
    path,
    block: asideOf(path),
    statistics: asideOf(`${path}${STATISTICS_SUFFIX}`),
    meta: asideOf(`${path}${SIDECAR_SUFFIX}`),
  };
}

/** Block, companion, sidecar take the place of what was there. */
async function putInPlace({ path, block, statistics, meta }: BlockFiles, sidecar: Sidecar): Promise<void> {
  const companion = `${path}${STATISTICS_SUFFIX}`;
  // A block without a sidecar is taken for one of an older server, and adopted: one that is cut short here must not be, since
  // its definition may have been edited by then.
  await reserve(`${path}${SIDECAR_SUFFIX}`);
  await rename(block, path);
  if (sidecar.statistics !== undefined) await rename(statistics, companion);
  else await rm(companion, { force: true });
  await rename(meta, `${path}${SIDECAR_SUFFIX}`);
  await syncFolder(dirname(path));
}

function failure(level: Level, number: number, error: unknown): DasError {
  const block = blockTimeText(number, level.period);
  return storeError(error, `block ${block} of ${levelName(level)} cannot be stored`, {
    path: blockPath(level, number),
  });
}

class OneBlockWriter implements BlockWriter {
  readonly #level: Level;
  readonly #number: number;
  readonly #files: BlockFiles;
  readonly #block: WrittenFile;
  readonly #statistics: WrittenFile | undefined;
  #sidecar: Sidecar | undefined;
  #isPublished = false;

  constructor(level: Level, number: number, hasStatistics: boolean, names: AsideNames | undefined) {
    this.#level = level;
    this.#number = number;
    const asideOf = (path: string) => names?.pathFor(path) ?? temporaryPath(path);
    this.#files = filesOf(blockPath(level, number), asideOf);
    this.#block = new WrittenFile(this.#files.block);
    this.#statistics = hasStatistics ? new WrittenFile(this.#files.statistics) : undefined;
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    return this.#take(this.#block, bytes);
  }

  writeStatistics(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#statistics === undefined) throw new DasError("INTERNAL", "a companion that was not asked for");
    return this.#take(this.#statistics, bytes);
  }

  async finish(facts: BuildFacts): Promise<Sidecar> {
    return await this.#orNothing(async () => {
      const { builtMs, sourceMtimeMs, x, records, headerBytes, flat, madeFrom } = facts;
      const companion = this.#hasStatistics ? this.#statistics : undefined;
      const statistics = companion?.sums();
      const sidecar: Sidecar = {
        ...sidecarOfLevel(this.#level, this.#number),
        builtAt: new Date(builtMs).toISOString(),
        ...(sourceMtimeMs !== undefined && { sourceMtime: new Date(sourceMtimeMs).toISOString() }),
        records,
        ...this.#block.sums(),
        complete: true,
        noData: records === 0,
        madeFrom,
        headerBytes,
        flat,
        ...(x !== undefined && { x }),
        ...(statistics !== undefined && { statistics }),
      };
      const text = printSidecar(sidecar);
      const length = Buffer.byteLength(text);
      if (length > MOST_SIDECAR_BYTES)
        throw new DasError(
          "BUILD_FAILED",
          `the description of a block has ${length} bytes, expected at most ${MOST_SIDECAR_BYTES}`,
        );
      // All are aside, so it does not matter which of them the disk has first: together they cost it one commit.
      const { meta } = this.#files;
      await allSettled([
        this.#block.finish(),
        companion?.finish(),
        inFolder(dirname(meta), async () => await writeSynced(meta, text)),
      ]);
      this.#sidecar = sidecar;
      return sidecar;
    });
  }

  async publish(): Promise<Sidecar> {
    const sidecar = this.#sidecar;
    if (sidecar === undefined) throw new DasError("INTERNAL", "a block is published before it is finished");
    await this.#orNothing(async () => await putInPlace(this.#files, sidecar));
    this.#isPublished = true;
    this.#forget();
    return sidecar;
  }

  async abandon(): Promise<void> {
    if (this.#isPublished) return;
    const { meta } = this.#files;
    await Promise.all([this.#block.abandon(), this.#statistics?.abandon(), rm(meta, { force: true })]);
    this.#forget();
  }

  #forget(): void {
    const { block, statistics, meta } = this.#files;
    for (const path of [block, statistics, meta]) endWriting(path);
  }

  get #hasStatistics(): boolean {
    return this.#statistics !== undefined && this.#statistics.bytes > 0;
  }

  #take(file: WrittenFile, bytes: Uint8Array): Promise<void> | undefined {
    try {
      return file.write(bytes)?.catch((error: unknown) => {
        throw this.#failure(error);
      });
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async #orNothing<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      // What the removal says is of no use beside the reason for it.
      await this.abandon().catch(() => undefined);
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): DasError {
    return failure(this.#level, this.#number, error);
  }
}

/** Waits for all; the first error is thrown after all have ended, so that nothing is made any more that was to be removed. */
async function allSettled(steps: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  for (const result of await Promise.allSettled(steps)) if (result.status === "rejected") throw result.reason;
}
