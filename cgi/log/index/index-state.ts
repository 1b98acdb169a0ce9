import { crc32 } from "node:zlib";
import { PAGE_BYTES } from "./block-pages.js";
import { type ChunkRow, ROW_FIELDS } from "./chunk-row.js";
import { DayStats } from "./day-stats.js";
import { ID_PAGES, newIdPages } from "./id-pages.js";
import { GROUP_CHUNKS, SIGNATURE_WORDS } from "./sizes.js";

/** Tells of this form of the file; another form is made anew. */
const MAGIC = "HSLOGST2";
const ROW_BYTES = ROW_FIELDS * 8;
const SIGNATURE_BYTES = SIGNATURE_WORDS * 4;
const ID_BYTES = ID_PAGES * PAGE_BYTES;
/** Magic, sum of all that follows it, bytes of the head. */
const PREFIX_BYTES = 16;

/** A group of chunks whose rows, ids and signatures are in a block. */
export interface SealedGroup {
  /** Of all its chunks together. */
  readonly row: ChunkRow;
  /** Sum of the last bytes of the log before its end. */
  readonly anchor: number;
}

/** What is known of a file of the log up to an offset: a value, never changed once it is made. */
export interface IndexState {
  /** Names the file by its first bytes. */
  readonly key: string;
  readonly chunkBytes: number;
  readonly sealed: readonly SealedGroup[];
  /** Rows and signatures of the chunks behind them. */
  readonly rows: readonly ChunkRow[];
  readonly signatures: readonly Uint32Array[];
  /** Pages of the ids in them. */
  readonly ids: Buffer;
  /** Of all records up to the end. */
  readonly stats: DayStats;
  /** Offset of the file up to which it is known. */
  readonly end: number;
  /** Sum of the last bytes before it: a file that was rewritten has others there. */
  readonly anchor: number;
}

/** The state of a file of which nothing is known yet. */
export function emptyState(key: string, chunkBytes: number): IndexState {
  return {
    key,
    chunkBytes,
    sealed: [],
    rows: [],
    signatures: [],
    ids: newIdPages(),
    stats: new DayStats(),
    end: 0,
    anchor: 0,
  };
}

type Head = Pick<IndexState, "key" | "chunkBytes" | "end" | "anchor"> & {
  /** Of each group. */
  readonly anchors: readonly number[];
  readonly rows: number;
  readonly statsBytes: number;
};

function bytesOf(array: Float64Array | Uint32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** The state as bytes, in the order of this machine, with a sum by which damage is seen. */
export function encodeState(state: IndexState): Buffer {
  const stats = state.stats.encode();
  const { key, chunkBytes, sealed, end, anchor, rows, signatures, ids } = state;
  const anchors = sealed.map((group) => group.anchor);
  const head: Head = { key, chunkBytes, anchors, end, anchor, rows: rows.length, statsBytes: stats.length };
  const headBytes = Buffer.from(JSON.stringify(head));
  const whole = Buffer.concat([
    Buffer.alloc(PREFIX_BYTES),
    headBytes,
    stats,
    ids,
    ...sealed.map(({ row }) => bytesOf(row)),
    ...rows.map(bytesOf),
    ...signatures.map(bytesOf),
  ]);
  whole.write(MAGIC, 0, "latin1");
  whole.writeUInt32LE(headBytes.length, 12);
  whole.writeUInt32LE(crc32(whole.subarray(12)), 8);
  return whole;
}

/** The state that the bytes hold; `undefined` for anything that {@link encodeState} did not make, whole. */
export function decodeState(whole: Buffer): IndexState | undefined {
  if (whole.length < PREFIX_BYTES || whole.toString("latin1", 0, 8) !== MAGIC) return undefined;
  if (crc32(whole.subarray(12)) !== whole.readUInt32LE(8)) return undefined;
  const headEnd = PREFIX_BYTES + whole.readUInt32LE(12);
  const head: Head = JSON.parse(whole.toString("utf8", PREFIX_BYTES, headEnd)); // made by encodeState: the sum agrees
  const idsBegin = headEnd + head.statsBytes;
  const rowsBegin = idsBegin + ID_BYTES;
  const groups = head.anchors.length;
  const signaturesBegin = rowsBegin + (groups + head.rows) * ROW_BYTES;
  if (head.rows >= GROUP_CHUNKS || whole.length !== signaturesBegin + head.rows * SIGNATURE_BYTES)
    return undefined;
  const numbers = Float64Array.from({ length: (groups + head.rows) * ROW_FIELDS }, (_, n) =>
    whole.readDoubleLE(rowsBegin + n * 8),
  );
  const row = (n: number) => numbers.subarray(n * ROW_FIELDS, (n + 1) * ROW_FIELDS);
  const signatures = Array.from({ length: head.rows }, (_, n) => {
    const signature = new Uint32Array(SIGNATURE_WORDS);
    whole.copy(bytesOf(signature), 0, signaturesBegin + n * SIGNATURE_BYTES);
    return signature;
  });
  const { key, chunkBytes, end, anchor } = head;
  return {
    key,
    chunkBytes,
    sealed: head.anchors.map((one, n) => ({ row: row(n), anchor: one })),
    rows: signatures.map((_, n) => row(groups + n)),
    signatures,
    ids: Buffer.from(whole.subarray(idsBegin, rowsBegin)),
    stats: DayStats.decode(whole.subarray(headEnd, idsBegin)),
    end,
    anchor,
  };
}
