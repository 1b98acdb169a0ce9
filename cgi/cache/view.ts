import type { BlockCounts, DrawnState } from "./drawn-runs.js";

/** What a part of a page is not known for, in words for operators. */
export interface Unknown {
  readonly unknown: string;
}

/** Some blocks side by side, as they are drawn or listed. Times are ISO-8601 UTC, without what is zero at their end. */
export interface RunView {
  readonly state: DrawnState;
  readonly begin: string;
  /** Excluded. */
  readonly end: string;
  /** First and last block by the name of their files: `2021-06-30`. */
  readonly firstBlock: string;
  readonly lastBlock: string;
  readonly counts: BlockCounts;
}

/** One piece of a bar: columns `[from, to)` of {@link CacheView.columns}. */
export interface BarPiece extends RunView {
  readonly from: number;
  readonly to: number;
}

/** What is known of the blocks of a level over the range shown. */
export interface CoverageView {
  readonly counts: BlockCounts;
  /** Of the blocks on record; estimated from some of them where there are many. */
  readonly bytes: { readonly value: number; readonly isEstimate: boolean };
  /** When the newest of them was built; missing where there is none. */
  readonly newest?: string;
  /** Runs of blocks that are missing or stale. */
  readonly gaps: number;
  readonly bar: readonly BarPiece[];
  /** The gaps themselves, oldest first, on the page of one source: as many as a page may list. */
  readonly gapList?: readonly RunView[];
}

/** One level of a source. */
export interface LevelView {
  /** `bin-60s daily`. */
  readonly name: string;
  readonly number: number;
  /** Bin width in seconds; 0 is intrinsic. */
  readonly seconds: number;
  readonly period: string;
  readonly params: readonly string[];
  /** Whether its blocks never make way for others; missing where they do. */
  readonly pinned?: true;
  readonly coverage: CoverageView | Unknown;
}

/** One source that keeps blocks. */
export interface SourceView {
  readonly id: string;
  readonly description?: string;
  /** The range that its bars show; missing where nothing is on record and the definition has no range. */
  readonly range?: {
    readonly begin: string;
    readonly end: string;
    /** What it was taken from: what was asked for, `validRange`, or the blocks on record. */
    readonly from: "question" | "definition" | "blocks";
  };
  readonly levels: readonly LevelView[];
  /** Levels beyond those that are shown. */
  readonly moreLevels: number;
  /** Why it could not be looked at. */
  readonly fault?: string;
}

/** One build that waits, runs or has failed. */
export interface BuildView {
  readonly source: string;
  readonly params: readonly string[];
  /** The span that is read: `2021-06-30`, and its period. */
  readonly block: string;
  readonly period: string;
  readonly urgency: string;
  readonly state: string;
  /** 0 to 1. */
  readonly progress: number;
  readonly reason?: string;
}

/** The queue of builds. */
export interface QueueView {
  readonly waiting: number;
  readonly running: number;
  /** Waiting for another try. */
  readonly delayed: number;
  readonly failed: number;
  readonly workers: number;
  readonly builtLastMinute: number;
  readonly builds: readonly BuildView[];
  /** Builds beyond those that are shown. */
  readonly moreBuilds: number;
}

/** The state of the block cache, as a page and for monitoring: a plain value. */
export type CacheView =
  | { readonly configured: false; readonly time: string }
  | {
      readonly configured: true;
      /** When it was looked at, ISO-8601 UTC. */
      readonly time: string;
      readonly index: {
        readonly keptIn: "redis" | "files";
        readonly answers: boolean;
        /** What an operator should know of just now, for example that files stand in for Redis; mostly empty. */
        readonly troubles: readonly string[];
        /** How long its first answer took, milliseconds. */
        readonly ms?: number;
      };
      readonly usage: {
        /** Missing where the index does not answer. */
        readonly bytes?: number;
        /** The quota; missing where there is none. */
        readonly maxBytes?: number;
      };
      readonly queue: QueueView | Unknown;
      /** Columns of each bar. */
      readonly columns: number;
      readonly sources: readonly SourceView[];
      readonly page: {
        readonly number: number;
        readonly pages: number;
        /** Sources that keep blocks and match what was asked for. */
        readonly total: number;
      };
    };

/** The view of a cache that there is. */
export type OpenCacheView = Extract<CacheView, { configured: true }>;

/** Whether a part of a view is missing. */
export function isUnknown<T extends object>(part: T | Unknown): part is Unknown {
  return "unknown" in part;
}
