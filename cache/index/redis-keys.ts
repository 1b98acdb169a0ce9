import type { LevelNames } from "./level-names.js";

/** Blocks of one field of {@link RedisKeys.states}: 8 KiB. */
export const STATES_CHUNK = 1024;
/** Blocks of one field of {@link RedisKeys.extras}: 2.75 KiB. Small, since a change writes it anew and levels of days are short. */
export const EXTRAS_CHUNK = 64;

/** All names of keys of the index in Redis. One Redis, not a cluster: scripts make names from prefixes. */
export interface RedisKeys {
  /** Hash: number of chunk (block / 1024, rounded down) → records of its blocks, 8 bytes each (block-record.ts). */
  readonly states: string;
  /** Hash: number of chunk (block / 64) → what is kept beside the records, 44 bytes each. */
  readonly extras: string;
  /** Hash: number of block → `token expiry changes owner`; expiry in ms since 1970 by the clock of Redis. */
  readonly claims: string;
  /** Set of the generations of the level that have blocks on record. */
  readonly generations: string;
  /** What stands before the generation in `states` and `extras`. */
  readonly statesPrefix: string;
  readonly extrasPrefix: string;
}

/** Hash: `total` → bytes of all blocks on record; `LEVEL GENERATION` → bytes of that level's. */
export const USAGE_KEY = "heliostream:blocks:usage";

/** The field of a level in {@link USAGE_KEY}, without the generation. */
export function usageField(names: Pick<LevelNames, "level">): string {
  return `${names.level} `;
}

/** The keys of a level. */
export function redisKeys({ level, generation }: LevelNames): RedisKeys {
  const statesPrefix = `heliostream:blocks:states:${level}:`;
  const extrasPrefix = `heliostream:blocks:extras:${level}:`;
  return {
    states: statesPrefix + generation,
    extras: extrasPrefix + generation,
    claims: `heliostream:blocks:claims:${level}`,
    generations: `heliostream:blocks:generations:${level}`,
    statesPrefix,
    extrasPrefix,
  };
}
