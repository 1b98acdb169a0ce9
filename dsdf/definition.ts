/** One assignment of a definition file. */
export interface Assignment {
  readonly keyword: string;
  /** Outer quotes removed, doubled quotes halved, pieces joined; nothing substituted. */
  readonly value: string;
  /** Line of the keyword, 1-based. */
  readonly line: number;
}

/** Something odd in a definition that does not keep it from working. */
export interface Remark {
  readonly line: number;
  readonly keyword?: string;
  readonly message: string;
  /** What would have been right; there where a value is left out because of it. */
  readonly expected?: string;
}

/** A definition file as text: its assignments, nothing interpreted. */
export interface Definition {
  readonly file: string;
  /** By keyword, in the order in which the keywords first stand in the file; a repeated one has its last value. */
  readonly assignments: ReadonlyMap<string, Assignment>;
  readonly remarks: readonly Remark[];
}
