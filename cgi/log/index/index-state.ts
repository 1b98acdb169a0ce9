import { crc32 } from "node:zlib";
import { type ChunkRow, ROW_FIELDS } from "./chunk-row.js";
import { DayStats } from "./day-stats.js";
import { GROUP_CHUNKS, SIGNATURE_WORDS } from "./sizes.js";

/** Tells of this form of the file; another form is made anew. */
const MAGIC = "HSLOGST2";
const ROW_BYTES = ROW_FIELDS * 8;
const SIGNATURE_BYTES = SIGNATURE_WORDS * 4;
/** Magic, sum of all that follows it, bytes of the head. */
const PREFIX_BYTES = 16;

/** What is known of a file of the log up to an offset: a value, never changed once it is made. */
export interface IndexState {
  /** Names the file by its first bytes. */
  readonly key: string;
  readonly chunkBytes: number;
  /** Where each group of chunks ends; their rows and signatures are in blocks. */
  readonly sealed: readonly number[];
  /** Rows and signatures of the chunks behind them. */
  readonly rows: readonly ChunkRow[];
  readonly signatures: readonly Uint32Array[];
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
    stats: new DayStats(),
    end: 0,
    anchor: 0,
  };
}

type Head = Pick<IndexState, "key" | "chunkBytes" | "sealed" | "end" | "anchor"> & {
  readonly rows: number;
  readonly statsBytes: number;
};

function bytesOf(array: Float64Array | Uint32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** The state as bytes, in the order of this machine, with a sum by which damage is seen. */
export function encodeState(state: IndexState): Buffer {
  const stats = state.stats.encode();
  const { key, chunkBytes, sealed, end, anchor, rows, signatures } = state;
  const head: Head = { key, chunkBytes, sealed, end, anchor, rows: rows.length, statsBytes: stats.length };
  const headBytes = Buffer.from(JSON.stringify(head));
  const whole = Buffer.concat([
    Buffer.alloc(PREFIX_BYTES),
    headBytes,
    stats,
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
  const rowsBegin = headEnd + head.statsBytes;
  const signaturesBegin = rowsBegin + head.rows * ROW_BYTES;
  if (head.rows >= GROUP_CHUNKS || whole.length !== signaturesBegin + head.rows * SIGNATURE_BYTES)
    return undefined;
  const rows: ChunkRow[] = [];
  const signatures: Uint32Array[] = [];
  for (let n = 0; n < head.rows; n++) {
    const row = new Float64Array(ROW_FIELDS);
    whole.copy(bytesOf(row), 0, rowsBegin + n * ROW_BYTES);
    rows.push(row);
    const signature = new Uint32Array(SIGNATURE_WORDS);
    whole.copy(bytesOf(signature), 0, signaturesBegin + n * SIGNATURE_BYTES);
    signatures.push(signature);
  }
  const { key, chunkBytes, sealed, end, anchor } = head;
  const stats = DayStats.decode(whole.subarray(headEnd, rowsBegin));
  return { key, chunkBytes, sealed, rows, signatures, stats, end, anchor };
}
