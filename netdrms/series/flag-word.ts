/** What `drms_keyword.persegment` says of a keyword. Source: netdrms 1.5. */
export interface KeywordFlags {
  readonly perSegment: boolean;
  readonly implicit: boolean;
  readonly internalPrime: boolean;
  readonly externalPrime: boolean;
  /** 1-based order of the series; 0 where none is kept. */
  readonly rank: number;
}

/** Version of a series as two numbers; [0, 0] for the oldest, which have none. Source: netdrms 1.5. */
export type SeriesVersion = readonly [major: number, minor: number];

/** The version that series are made with. Source: netdrms 1.5. */
export const CURRENT_VERSION = "2.1";

/** A version text; `undefined` if it is none. */
export function parseVersion(text: string): SeriesVersion | undefined {
  if (text.trim() === "") return [0, 0];
  const found = /^\s*(\d{1,6})(?:\.(\d{1,6}))?\s*$/.exec(text);
  return found === null ? undefined : [Number(found[1]), Number(found[2] ?? 0)];
}

/** Compared number by number, so 2.10 is newer than 2.9. */
export function isAtLeast(version: SeriesVersion, major: number, minor: number): boolean {
  return version[0] !== major ? version[0] > major : version[1] >= minor;
}

/** The flag word of a series of that version; before 2.1 it says no more than "per segment". Source: netdrms 1.5. */
export function readFlagWord(word: number, version: SeriesVersion): KeywordFlags {
  const modern = isAtLeast(version, 2, 1);
  return {
    perSegment: (word & 1) !== 0,
    implicit: modern && (word & 2) !== 0,
    internalPrime: modern && (word & 4) !== 0,
    externalPrime: modern && (word & 8) !== 0,
    rank: modern ? word >>> 16 : 0,
  };
}

/** The flag word of a series of version 2.1; signed as the column int4 is. Source: netdrms 1.5. */
export function flagWord(flags: KeywordFlags): number {
  return (
    (flags.perSegment ? 1 : 0) |
    (flags.implicit ? 2 : 0) |
    (flags.internalPrime ? 4 : 0) |
    (flags.externalPrime ? 8 : 0) |
    (flags.rank << 16)
  );
}
