import { DasError } from "../../errors/das-error.js";
import type { ItemSource } from "../../stream/model.js";
import { readStream } from "../../stream/read-stream.js";
import { blockPath, SIDECAR_SUFFIX, STATISTICS_SUFFIX } from "../block-path.js";
import type { Level } from "../level.js";
import { type BlockHeaders, readHeaders } from "./block-headers.js";
import { type BlockMemory, PROCESS_MEMORY } from "./block-memory.js";
import { type BlockSeal, blockSeal } from "./block-seal.js";
import { type CheckedFile, type FileFault, openChecked } from "./checked-file.js";
import { lookAt } from "./file-identity.js";
import { knownSidecar, type ReadSidecar } from "./read-sidecar.js";
import type { Sidecar } from "./sidecar.js";
import { belongsTo } from "./sidecar-level.js";

/** One file of a block: a das2 stream that has been checked as a whole, of one version whatever is renamed over it. */
export interface StoredStream {
  /** Length, bytes. */
  readonly size: number;
  /** All bytes, where they are in memory; not to be written to. */
  readonly whole: Uint8Array | undefined;
  /**
   * All bytes, in pieces of up to 1 MiB, or at once where they are in memory. Not to be written to.
   * Errors: BAD_BLOCK where the file was written to after it was opened.
   */
  bytes(): AsyncIterable<Uint8Array>;
  /** Stream header and packet headers; equal ones are the same object. Errors: as {@link StoredStream.items}. */
  headers(): Promise<BlockHeaders>;
  /** What the stream holds, parsed. Errors: those of {@link readStream}, BAD_BLOCK. */
  items(): ItemSource;
}

/** A block that is whole and of the level as it is defined now. {@link StoredBlock.close} is to be called. */
export interface StoredBlock extends StoredStream {
  readonly sidecar: Sidecar;
  /** When it was used last, as far as the disk knows; milliseconds since 1970. For {@link touchBlock}. */
  readonly usedMs: number;
  readonly path: string;
  /** Tells later whether this block is still there. */
  readonly seal: BlockSeal;
  /**
   * The data packets after the headers, as {@link StoredStream.bytes}. Errors: INTERNAL where the block is not flat.
   * @param unit pieces hold whole numbers of so many bytes, where that is not more than 1 MiB
   */
  body(unit?: number): AsyncIterable<Uint8Array>;
  /** The companion; `undefined` where the block has none, or it is not whole, or of another build. */
  statistics(): Promise<StoredStream | undefined>;
  /** Lets go of its files. */
  close(): Promise<void>;
}

/** Why there is no valid block, for the log. */
export type BlockFault =
  | FileFault
  /** It may be one of an older server, to be adopted. */
  | "no sidecar"
  | "bad sidecar"
  | "other source, parameters, definition or version"
  | "records changed";

/** How a block is opened. */
export interface OpenBlockOptions {
  /** Default: that of the process. */
  readonly memory?: BlockMemory;
  /** Whether a sidecar tells of the block that is wanted; default: {@link belongsTo}. */
  readonly belongs?: (sidecar: Sidecar) => boolean;
  /** Told why there is no valid block. */
  readonly onFault?: (fault: BlockFault) => void;
}

/**
 * Opens a block: `undefined` where there is none that is whole and of this level. Its checksum is checked now, from the first byte to
 * the last, unless that was done since its last change; of small blocks the bytes are kept in memory. What an index says plays no
 * part. Source: das2-server 15.2, 15.8.
 */
export async function openBlock(
  level: Level,
  number: number,
  options: OpenBlockOptions = {},
): Promise<StoredBlock | undefined> {
  const { memory = PROCESS_MEMORY, onFault } = options;
  const belongs = options.belongs ?? ((sidecar) => belongsTo(sidecar, level, number));
  const path = blockPath(level, number);
  for (let attempt = 1; ; attempt++) {
    const found = await openAt(path, belongs, memory);
    if (typeof found === "object") return found;
    // Two looks between which a block was published see one half of each: once more, since what is there now may be whole.
    if (attempt === MOST_ATTEMPTS || !MAY_BE_MIXED.has(found)) {
      onFault?.(found);
      return undefined;
    }
  }
}

const MOST_ATTEMPTS = 2;
const MAY_BE_MIXED: ReadonlySet<BlockFault> = new Set(["other size", "other checksum", "bad sidecar"]);

async function openAt(
  path: string,
  belongs: (sidecar: Sidecar) => boolean,
  memory: BlockMemory,
): Promise<StoredBlock | BlockFault> {
  const metaPath = `${path}${SIDECAR_SUFFIX}`;
  const isWarm = memory.knowsSidecar(metaPath);
  const [meta, seen] = await Promise.all([lookAt(metaPath, isWarm), lookAt(path, isWarm)]);
  if (seen === undefined) return "absent";
  if (meta === undefined) return "no sidecar";
  const read = await knownSidecar(metaPath, meta, memory);
  if (read === undefined) return "bad sidecar";
  if (!belongs(read.sidecar)) return "other source, parameters, definition or version";
  if (read.sidecar.changed) return "records changed";
  const file = await openChecked(path, seen, read.sidecar, memory);
  return typeof file === "object" ? storedBlock(path, read, file, memory) : file;
}

function storedBlock(path: string, read: ReadSidecar, file: CheckedFile, memory: BlockMemory): StoredBlock {
  const { sidecar, identity } = read;
  let companion: Promise<CheckedFile | undefined> | undefined;
  return {
    ...storedStream(file, memory, sidecar.flat ? sidecar.headerBytes : undefined),
    path,
    sidecar,
    usedMs: identity.mtimeMs,
    seal: blockSeal(path, sidecar, memory),
    body(unit) {
      if (!sidecar.flat) throw new DasError("INTERNAL", "the body of a block that is not flat");
      return file.pieces(sidecar.headerBytes, undefined, unit);
    },
    async statistics() {
      companion ??= openCompanion(path, sidecar, memory);
      const opened = await companion;
      return opened === undefined ? undefined : storedStream(opened, memory, undefined);
    },
    async close() {
      await Promise.all([file.close(), companion?.then(async (opened) => await opened?.close())]);
    },
  };
}

async function openCompanion(
  path: string,
  { statistics }: Sidecar,
  memory: BlockMemory,
): Promise<CheckedFile | undefined> {
  if (statistics === undefined) return undefined;
  const at = `${path}${STATISTICS_SUFFIX}`;
  const seen = await lookAt(at, memory.knowsSidecar(`${path}${SIDECAR_SUFFIX}`));
  if (seen === undefined) return undefined;
  const file = await openChecked(at, seen, statistics, memory);
  return typeof file === "object" ? file : undefined;
}

/** @param headerBytes length of the headers, where nothing but data follows them */
function storedStream(file: CheckedFile, memory: BlockMemory, headerBytes: number | undefined): StoredStream {
  const items = () => readStream(file.pieces(0), undefined, memory.definitions);
  return {
    size: file.size,
    whole: file.whole,
    bytes: () => file.pieces(0),
    items,
    async headers() {
      if (headerBytes === undefined) return await readHeaders(items());
      return await memory.headersOf(() => file.pieces(0, headerBytes), headerBytes, file.whole);
    },
  };
}
