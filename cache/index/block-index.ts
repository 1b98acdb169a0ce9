import type { BlockSpan } from "../block-number.js";
import type { BlockDetails, BlockRun } from "../block-state.js";
import type { Level } from "../level.js";

/** When a block counts as out of date, besides what the level says. Times are milliseconds since 1970, as of `Date.now()`. */
export interface Moment {
  readonly now: number;
  /** Blocks built before this are stale: the newest file that the source watches (`sourceGlob`). */
  readonly notBefore?: number;
}

/** What the index says of a range of blocks, after one question. */
export interface Coverage {
  /** In order, together exactly the range; neighbours differ in state. */
  readonly runs: readonly BlockRun[];
  /** A digest of the versions of all blocks of the range, for ETags: equal only while none of them was built anew. */
  readonly version: string;
  /** When the newest of the blocks was built, milliseconds since 1970; 0 where there is none. */
  readonly newestMs: number;
}

/** The right to build a block, until it expires or is given back. */
export interface Claim {
  readonly number: number;
  /** Unique for each claim; who holds another token holds nothing. */
  readonly token: string;
  /** How often records of the block had changed when it was claimed: a build from before a change is stale. */
  readonly changes: number;
}

/** What a publication came to: `published`, or `outdated`: records changed while it was being built, so it was stored as stale. */
export type Publication = "published" | "outdated";

/** How a publication under a claim went; `unclaimed`: the claim is not held, and nothing was done. */
export type ClaimedPublication = Publication | "unclaimed";

/**
 * Which blocks there are. The index is a finger post, never a witness: what it says is present is served only after the block
 * itself was checked, and what it says is absent is looked for on the disk before it is built.
 *
 * All methods may throw INDEX_AWAY (no answer in time); none waits longer than the time limit it was opened with.
 * Blocks of another definition or data version than the level's are as if absent.
 */
export interface BlockIndex {
  /**
   * The states of a range of blocks: one round trip, whatever the range.
   * Errors: TOO_MANY_BLOCKS where more than 2^22 blocks of the range are on record.
   */
  coverage(level: Level, span: BlockSpan, moment: Moment): Promise<Coverage>;
  /** Details of single blocks, `undefined` where there are none; at most 10,000 a call. */
  details(level: Level, numbers: readonly number[]): Promise<readonly (BlockDetails | undefined)[]>;
  /**
   * Takes the right to build blocks, all in one step. Blocks that somebody else is building are left out of the answer.
   * @param owner names the builder for people, for example `host:pid:random`
   * @param leaseMs after which it lapses unless it is renewed
   */
  claim(level: Level, numbers: readonly number[], owner: string, leaseMs: number): Promise<readonly Claim[]>;
  /** Prolongs claims. Returns those that are still held. */
  renew(level: Level, claims: readonly Claim[], leaseMs: number): Promise<readonly Claim[]>;
  /** Gives claims back without a block. */
  release(level: Level, claims: readonly Claim[]): Promise<void>;
  /** Of these blocks, those that somebody is building now. */
  claimed(level: Level, numbers: readonly number[]): Promise<readonly number[]>;
  /** Puts a finished block on record, and gives the claim back. The files must be in place already. */
  publish(level: Level, details: BlockDetails, claim: Claim): Promise<Publication>;
  /** Puts blocks on record that were found on the disk, whole and of this definition; does not touch claims. */
  record(level: Level, details: readonly BlockDetails[]): Promise<void>;
  /**
   * Marks what is on record of a range as stale, because records of it changed, also while it is being built.
   * @returns the numbers of the blocks that became stale, at most 10,000 of them
   */
  markChanged(level: Level, span: BlockSpan): Promise<readonly number[]>;
  /** Takes blocks off the record: removed, evicted, or found broken. */
  forget(level: Level, numbers: readonly number[]): Promise<void>;
  /** Takes everything of a level off the record. */
  forgetLevel(level: Level): Promise<void>;
  /** Room of all blocks on record, kept as they come and go; corrected by {@link setUsage}. */
  usage(): Promise<number>;
  setUsage(bytes: number): Promise<void>;
  /** Lets go of connections and files. */
  close(): Promise<void>;
}
