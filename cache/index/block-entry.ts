import type { BlockDetails } from "../block-state.js";
import { encodeRecord, RECORD_BYTES, stateOf } from "./block-record.js";

/** A block as it goes on record in files. */
export interface BlockEntry {
  readonly number: number;
  /** 8 bytes. */
  readonly record: Uint8Array;
  /** Room of the block and its companions. */
  readonly bytes: number;
}

/** The entry of a block. */
export function entryOf(details: BlockDetails): BlockEntry {
  return { number: details.number, record: encodeRecord(details), bytes: details.bytes };
}

/** The entry of a block of which nothing is known. */
export function noEntry(number: number): BlockEntry {
  return { number, record: new Uint8Array(RECORD_BYTES), bytes: 0 };
}

/**
 * Whether a block that was found takes the place of what is on record: not where a later build is, or one of the same second that
 * is stale. The same rule as in scripts/put-blocks.ts.
 */
export function isNewer(entry: BlockEntry, before: Uint8Array): boolean {
  const [was, is] = [secondOf(before), secondOf(entry.record)];
  const state = stateOf(before[0] ?? 0);
  return state === "absent" || is > was || (is === was && state !== "stale");
}

function secondOf(record: Uint8Array): number {
  return Buffer.from(record.buffer, record.byteOffset, record.byteLength).readUInt32LE(4);
}
