import type { Keyword, Segment, Series } from "../series/model.js";
import type { DrmsValue } from "../values/drms-type.js";

/** Values of one keyword, one a record. SQL NULL has become the keyword's default (netdrms 1.3). */
export type KeywordValues =
  | { readonly kind: "constant"; readonly value: DrmsValue }
  /** char (signed), short, int, float, double and time. */
  | {
      readonly kind: "numbers";
      readonly values: Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
    }
  | { readonly kind: "bigints"; readonly values: BigInt64Array }
  | { readonly kind: "strings"; readonly values: readonly string[] };

/** One keyword of the records of a batch. */
export interface KeywordColumn {
  /** As the series has it: name, rank, description. */
  readonly keyword: Keyword;
  /** Whose type, format and unit count: `keyword` itself, or the keyword at the end of its links. */
  readonly source: Keyword;
  readonly values: KeywordValues;
  /** 1 where links lead to a record; absent for a keyword without link, whose record is there. */
  readonly reached?: Uint8Array;
}

/** One segment of the records of a batch: what is needed to find its file and to know its form. */
export interface SegmentColumn {
  /** As the series has it. */
  readonly segment: Segment;
  /** The segment at the end of its links, and its series. */
  readonly source: Segment;
  readonly sourceSeries: Series;
  /** Storage unit of the record that has the file; -1 where there is none or links do not lead to a record. */
  readonly sunum: BigInt64Array;
  /** Slot in it; -1 where there is none. */
  readonly slot: Int32Array;
  /** `sg_NNN_file`; empty where the name follows from the segment's (netdrms 1.7). */
  readonly file: readonly string[];
  /** Lengths, fastest first: of the record where it has its own, else of the segment. */
  readonly axes: readonly Int32Array[];
  /** Bracket body, `compress Rice`; empty for none. */
  readonly compression: readonly string[];
  readonly bzero: Float64Array;
  readonly bscale: Float64Array;
  /** 1 where links lead to a record; absent for a segment without link. */
  readonly reached?: Uint8Array;
}

/** Keywords of some records of one series, column by column, in the order of the record set. */
export interface KeywordBatch {
  readonly rows: number;
  /** In the order in which they were asked for. */
  readonly keywords: readonly KeywordColumn[];
}

/** Some records of one series, column by column, in the order of the record set. */
export interface RecordBatch extends KeywordBatch {
  readonly recnum: BigInt64Array;
  /** -1 where a record has no storage unit. */
  readonly sunum: BigInt64Array;
  readonly slot: Int32Array;
  readonly sessionId: BigInt64Array;
  readonly segments: readonly SegmentColumn[];
}

/** One value of a keyword, or `undefined` where its link leads nowhere. A missing value is that of its type. */
export function keywordValue(column: KeywordColumn, row: number): DrmsValue | undefined {
  if (column.reached?.[row] === 0) return undefined;
  return column.values.kind === "constant" ? column.values.value : column.values.values[row];
}
