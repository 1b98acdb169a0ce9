import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { isDasError } from "../../errors/das-error.js";
import { joinedLayout } from "../../reducers/binning/record-layout.js";
import type { StreamItem } from "../../stream/model.js";
import { StreamParser } from "../../stream/stream-parser.js";
import { timeToUs2000 } from "../../stream/time.js";
import { blockRange } from "../block-number.js";
import { blockPath, SIDECAR_SUFFIX, STATISTICS_SUFFIX } from "../block-path.js";
import type { Level } from "../level.js";
import { markAdopted } from "./adopted-mark.js";
import { BlockFacts } from "./block-facts.js";
import { syncFolder, writeSynced } from "./durable-file.js";
import { type FileIdentity, identityOf, lookAt } from "./file-identity.js";
import { PIECE_BYTES } from "./file-pieces.js";
import { HeaderLength } from "./header-length.js";
import type { Sidecar } from "./sidecar.js";
import { sidecarOfLevel } from "./sidecar-level.js";
import { printSidecar } from "./sidecar-text.js";
import { storeError, systemCode } from "./store-error.js";
import { endWriting, temporaryPath } from "./temporary-name.js";

/** Why a file cannot be adopted, for the log. */
export type AdoptionFault =
  | "absent"
  | "unreadable"
  | "not a stream that is whole"
  | "records outside of its time"
  | "ends with an exception"
  | "changed while it was read"
  /** Somebody has built or adopted it meanwhile. */
  | "has a sidecar"
  /** No older server made one: its sidecar was lost, and nobody knows what it was built for. */
  | "has a companion";

/** What was read of a file that can be adopted. */
interface ReadBlock {
  readonly sidecar: Sidecar;
  /** Whether wider bins can be made of its records. */
  readonly isJoinable: boolean;
}

/**
 * Takes a block that an older server made, a file at the path of a block without a sidecar: it is read once from end to end, and where
 * it is whole and all of its records lie in its time it gets a sidecar. Its definition is taken to be the level's as it is now.
 *
 * @returns the sidecar; `undefined` where the file is not adopted
 * Errors: DISK_FULL, BUILD_FAILED where the sidecar cannot be written; that of `signal`. Source: das2-server 15.2.
 */
export async function adoptBlock(
  level: Level,
  number: number,
  options: { readonly onFault?: (fault: AdoptionFault) => void; readonly signal?: AbortSignal } = {},
): Promise<Sidecar | undefined> {
  const path = blockPath(level, number);
  const read =
    (await lookAt(`${path}${STATISTICS_SUFFIX}`)) === undefined
      ? await readBlock(path, level, number, options.signal)
      : "has a companion";
  const fault = typeof read === "object" ? await putSidecar(path, read, level.folder) : read;
  if (fault !== undefined) options.onFault?.(fault);
  return fault === undefined && typeof read === "object" ? read.sidecar : undefined;
}

async function readBlock(
  path: string,
  level: Level,
  number: number,
  signal: AbortSignal | undefined,
): Promise<ReadBlock | AdoptionFault> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return systemCode(error) === "ENOENT" ? "absent" : "unreadable";
  }
  try {
    const identity = identityOf(await handle.stat({ bigint: true }));
    if (identity === undefined) return "absent";
    return await readThrough(handle, identity, level, number, signal);
  } catch (error) {
    signal?.throwIfAborted();
    return isDasError(error) ? "not a stream that is whole" : "unreadable";
  } finally {
    await handle.close();
  }
}

async function readThrough(
  handle: FileHandle,
  identity: FileIdentity,
  level: Level,
  number: number,
  signal: AbortSignal | undefined,
): Promise<ReadBlock | AdoptionFault> {
  const content = new AdoptedContent(level, number);
  const sha256 = createHash("sha256");
  let sum = 0;
  let bytes = 0;
  const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, PIECE_BYTES, bytes);
    if (bytesRead === 0) break;
    const piece = buffer.subarray(0, bytesRead);
    bytes += bytesRead;
    sha256.update(piece);
    sum = crc32(piece, sum);
    const fault = content.push(piece);
    if (fault !== undefined) return fault;
  }
  const after = identityOf(await handle.stat({ bigint: true }));
  if (bytes !== identity.size || after?.text !== identity.text) return "changed while it was read";
  const facts = content.finish(bytes);
  const sidecar: Sidecar = {
    ...sidecarOfLevel(level, number),
    builtAt: new Date(identity.mtimeMs).toISOString(),
    ...facts,
    bytes,
    sha256: sha256.digest("hex"),
    crc32: sum,
    complete: true,
    noData: facts.records === 0,
    adopted: true,
    madeFrom: { kind: "raw" },
  };
  return { sidecar, isJoinable: content.isJoinable };
}

/** Looks at all of a stream: that it is one, and that its records lie in their block. */
class AdoptedContent {
  readonly #parser = new StreamParser();
  readonly #headerLength = new HeaderLength();
  readonly #facts = new BlockFacts();
  readonly #begin: number;
  readonly #end: number;
  /** Whether all of its records can be joined to wider bins, as far as it has any. */
  #isJoinable = true;

  constructor(level: Level, number: number) {
    const { begin, end } = blockRange(number, level.period);
    this.#begin = timeToUs2000(begin);
    this.#end = timeToUs2000(end);
  }

  get isJoinable(): boolean {
    return this.#isJoinable;
  }

  push(piece: Uint8Array): AdoptionFault | undefined {
    // Nothing may follow the exception that ends a stream.
    if (this.#parser.ended) return "not a stream that is whole";
    this.#headerLength.push(piece);
    for (const portion of this.#parser.portions(piece))
      for (const item of portion) {
        const fault = this.#look(item);
        if (fault !== undefined) return fault;
      }
    return undefined;
  }

  finish(bytes: number): ReturnType<BlockFacts["finish"]> {
    for (const item of this.#parser.end()) this.#facts.push(item);
    return this.#facts.finish(bytes, this.#headerLength.finish(bytes));
  }

  #look(item: StreamItem): AdoptionFault | undefined {
    this.#facts.push(item);
    if (item.kind === "exception" && item.exception.type !== "NoDataInInterval")
      return "ends with an exception";
    if (item.kind !== "data") return undefined;
    this.#isJoinable &&= joinedLayout(item.batch.header, undefined) !== undefined;
    const { first, last } = this.#facts.range;
    return first >= this.#begin && last < this.#end ? undefined : "records outside of its time";
  }
}

/** Puts the sidecar beside the block, unless there is one by now. */
async function putSidecar(
  path: string,
  { sidecar, isJoinable }: ReadBlock,
  levelFolder: string,
): Promise<AdoptionFault | undefined> {
  const meta = `${path}${SIDECAR_SUFFIX}`;
  const aside = temporaryPath(meta);
  try {
    await writeSynced(aside, printSidecar(sidecar));
    if (!isJoinable) await markAdopted(levelFolder);
    // Not renamed: that would replace the sidecar of a build that was quicker.
    await link(aside, meta);
    await syncFolder(dirname(path));
    return undefined;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return "has a sidecar";
    throw storeError(error, "a block of an older server cannot be adopted", { path });
  } finally {
    await rm(aside, { force: true }).catch(() => undefined);
    endWriting(aside);
  }
}
