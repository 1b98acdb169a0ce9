import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { type ChangePosition, positionJson, readPosition } from "../../netdrms/changes/change-position.js";
import { inFolder, replaceFile, syncFolder, writeSynced } from "../store/durable-file.js";
import { readSmallFile } from "../store/small-file.js";
import { storeError, systemCode } from "../store/store-error.js";
import { endWriting, temporaryPath } from "../store/temporary-name.js";

/** How far the changes of one database have been marked, and for which readings. */
export interface WatchState {
  readonly position: ChangePosition;
  /** Signatures of the readings whose changes have all been marked up to there, by source. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
}

/** Longest file of a state, bytes. */
const MAX_BYTES = 64 << 20;

/**
 * States beside the blocks that they tell of, so that both are lost together: a cache that is copied, or put back, goes on where its state was.
 * Whoever marks for this cache, on whatever host, reads and writes the same ones.
 */
export class WatchFolder {
  readonly #folder: string;

  /** @param cacheRoot absolute */
  constructor(cacheRoot: string) {
    this.#folder = join(cacheRoot, "freshness");
  }

  /**
   * The state for a database; `undefined` where there is none, or none that can be used: then nothing is known of what has changed.
   * @param server see `readServer`
   * Errors: BUILD_FAILED where the file cannot be read.
   */
  async load(server: string): Promise<WatchState | undefined> {
    const text = await this.#read(this.#path(server));
    if (text === undefined) return undefined;
    try {
      return readState(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  /** Errors: DISK_FULL, BUILD_FAILED. */
  async save(server: string, { position, sources }: WatchState): Promise<void> {
    const path = this.#path(server);
    const aside = temporaryPath(path);
    const text = JSON.stringify({
      v: 1,
      position: positionJson(position),
      sources: Object.fromEntries(sources),
    });
    try {
      await inFolder(this.#folder, () => replaceFile(path, `${text}\n`, aside));
      await syncFolder(this.#folder);
    } catch (error) {
      throw storeError(error, "how far changes were marked cannot be kept", { path });
    } finally {
      endWriting(aside);
    }
  }

  /**
   * A number that all who mark for this cache share, and those of other caches do not; made by the first.
   * Errors: DISK_FULL, BUILD_FAILED.
   */
  async turn(): Promise<bigint> {
    const path = join(this.#folder, "id");
    try {
      await inFolder(this.#folder, () => writeSynced(path, `${randomBytes(16).toString("hex")}\n`));
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw storeError(error, "the cache cannot be named", { path });
    }
    const text = (await this.#read(path)) ?? "";
    // Of one that is being written the rest is missing; whoever tries again finds it whole.
    if (!/^[0-9a-f]{32}\n$/.test(text)) throw storeError(new Error(text), "the cache has no name", { path });
    return BigInt.asIntN(64, BigInt(`0x${text.slice(0, 16)}`));
  }

  #path(server: string): string {
    return join(this.#folder, `${createHash("sha256").update(server).digest("hex").slice(0, 16)}.json`);
  }

  async #read(path: string): Promise<string | undefined> {
    try {
      return (await readSmallFile(path, MAX_BYTES))?.toString("utf8") ?? "";
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw storeError(error, "how far changes were marked cannot be read", { path });
    }
  }
}

/** Errors: anything for what is none. */
function readState(json: unknown): WatchState {
  const { v, position, sources } = json as {
    readonly v?: unknown;
    readonly position?: unknown;
    readonly sources?: unknown;
  };
  if (v !== 1 || typeof sources !== "object" || sources === null) throw new Error("no state of this version");
  return {
    position: readPosition(position),
    sources: new Map(
      Object.entries(sources).map(([id, signatures]: [string, unknown]) => [
        id,
        Array.isArray(signatures) ? signatures.map(String) : [],
      ]),
    ),
  };
}
