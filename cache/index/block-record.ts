import type { BlockDetails, BlockState } from "../block-state.js";

/**
 * A block on record: 8 bytes, of which 4 are `sha256[0..3) << 8 | state` and 4 the second since 2000 in which the reading for it began,
 * rounded down, both little-endian. All zero: nothing is known of it.
 */
export const RECORD_BYTES = 8;

/** 2000-01-01T00:00:00Z in milliseconds since 1970. */
const EPOCH_2000_MS = 946_684_800_000;
const MAX_SECOND = 0xffff_ffff;

/** The states as they stand in a record. */
export const STATE_BYTE = {
  absent: 0,
  present: 1,
  empty: 2,
  stale: 3,
} as const satisfies Record<BlockState, number>;

/** The states by their number in a record. */
const STATES: readonly BlockState[] = ["absent", "present", "empty", "stale"];

/** The state in the first byte of a record; a number that is none (a damaged file) is nothing known. */
export function stateOf(byte: number): BlockState {
  return STATES[byte] ?? "absent";
}

/** Seconds since 2000 of milliseconds since 1970, rounded down, as far as a record can hold them (2000 to 2136). */
export function recordSecond(ms: number): number {
  return Math.min(Math.max(Math.floor((ms - EPOCH_2000_MS) / 1000), 0), MAX_SECOND);
}

/** Milliseconds since 1970 of the second of a record. */
export function secondMs(second: number): number {
  return second * 1000 + EPOCH_2000_MS;
}

/** The record of a block. */
export function encodeRecord(details: Pick<BlockDetails, "state" | "sha256" | "builtMs">): Buffer {
  const record = Buffer.alloc(RECORD_BYTES);
  record[0] = STATE_BYTE[details.state];
  record.write(details.sha256.slice(0, 6), 1, "hex");
  record.writeUInt32LE(recordSecond(details.builtMs), 4);
  return record;
}

/**
 * What is kept of a block beside its record, 44 bytes: its size and the millisecond of its build (48-bit, big-endian), SHA-256. Its
 * definition and data version are those of the level.
 */
const EXTRA_BYTES = 44;

/** Sizes and times fit in 48 bits. */
const MAX_UINT48 = 2 ** 48 - 1;

/** What is kept of a block beside its record, 44 bytes. */
export function encodeExtra(details: Pick<BlockDetails, "bytes" | "sha256" | "builtMs">): Buffer {
  const extra = Buffer.alloc(EXTRA_BYTES);
  extra.writeUIntBE(uint48(details.bytes), 0, 6);
  extra.writeUIntBE(uint48(details.builtMs), 6, 6);
  extra.write(details.sha256.slice(0, 64), 12, "hex");
  return extra;
}

function uint48(value: number): number {
  return Math.min(Math.max(Math.floor(value), 0), MAX_UINT48);
}

/** The details of a block from its record and {@link encodeExtra}; `undefined` where the record says nothing. */
export function decodeDetails(
  number: number,
  record: Uint8Array,
  extra: Buffer,
  level: Pick<BlockDetails, "definition" | "dataVersion">,
): BlockDetails | undefined {
  const state = stateOf(record[0] ?? 0);
  if (state === "absent" || record.length !== RECORD_BYTES || extra.length !== EXTRA_BYTES) return undefined;
  return {
    number,
    state,
    bytes: extra.readUIntBE(0, 6),
    sha256: extra.toString("hex", 12),
    builtMs: extra.readUIntBE(6, 6),
    definition: level.definition,
    ...(level.dataVersion === undefined ? {} : { dataVersion: level.dataVersion }),
  };
}
