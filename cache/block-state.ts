import type { BlockSpan } from "./block-number.js";

/**
 * What is known of a block. `present` has data; `empty` is known to have none; `stale` is there but must not be served (its records
 * changed, or it has expired); `absent`: nothing is known of it, which is no promise that the disk has none.
 */
export type BlockState = "absent" | "present" | "empty" | "stale";

/** Blocks side by side in the same state, as many as there are. */
export interface BlockRun extends BlockSpan {
  readonly state: BlockState;
}

/** What is kept of a block beside its state, for operators and for the check of its bytes. */
export interface BlockDetails {
  readonly number: number;
  readonly state: Exclude<BlockState, "absent">;
  /** Room that the block and its companions take on the disk. */
  readonly bytes: number;
  /** SHA-256 of the block, hex. */
  readonly sha256: string;
  /** Milliseconds since 1970: when the reading for it began. */
  readonly builtMs: number;
  readonly definition: string;
  readonly dataVersion?: string;
}
