import type { Segment, Series } from "../series/model.js";
import type { Expression } from "./filter/expression.js";
import type { QueryText, QueryWarning, Span } from "./query-text.js";

/**
 * A value that a prime-key column is compared with: bigint for the columns of whole numbers (slots, `int`), number for the
 * others, string for text. A `float` is one that binary32 holds; a time is a DRMS time.
 */
export type KeyValue = bigint | number | string;

/** Which values of a range are taken. Source: netdrms 4.2, 4.3, 4.4. */
export type Stride =
  /** Every `every`-th whole number from `start`; without it, from the smallest of the series. */
  | { readonly kind: "whole"; readonly start?: bigint; readonly every: bigint }
  /** The numbers at whole multiples of `step` from `start`, to 1e-6 of a step. */
  | { readonly kind: "near"; readonly start: number; readonly step: number }
  /** Every `every`-th point, of a grid of width `step` from `start` or the smallest, that values are rounded to. */
  | { readonly kind: "grid"; readonly start?: number; readonly step: number; readonly every: bigint };

/** One element of a filter. Source: netdrms 4.3, 4.4. */
export type KeyRange =
  /** The smallest or largest value of the key among the records that the filters before select; netdrms 4.5. */
  | { readonly kind: "first" | "last" }
  | { readonly kind: "value"; readonly value: KeyValue }
  | {
      readonly kind: "range";
      /** Included; absent: no bound. */
      readonly from?: KeyValue;
      readonly to?: KeyValue;
      /** Whether `to` itself is in the range. */
      readonly closed: boolean;
      readonly stride?: Stride;
    };

/** A filter on one prime key: any of its ranges. */
export interface KeyFilter {
  /** Number of the key in {@link Series.primeKeys}, from 0. */
  readonly key: number;
  readonly ranges: readonly KeyRange[];
}

/** One element of a recnum filter; the values are recnums. Source: netdrms 4.2. */
export type RecnumRange =
  | { readonly kind: "first" | "last" }
  | { readonly kind: "value"; readonly value: bigint }
  | (Extract<KeyRange, { kind: "range" }> & { readonly from?: bigint; readonly to?: bigint });

/**
 * One record set of a query, checked against its series: the syntax tree of the language. All filters are ANDed.
 * Source: netdrms 4.1.
 */
export interface RecordSetQuery {
  readonly series: Series;
  readonly source: QueryText;
  readonly span: Span;
  /** In the order written. */
  readonly keyFilters: readonly KeyFilter[];
  /** Any of them; with it the rule of the latest version does not apply. */
  readonly recnums?: readonly RecnumRange[];
  /** Conditions of `[? ?]` and `[! !]`, in the order written. */
  readonly conditions: readonly Expression[];
  /** Whether a `[! !]` asks for all versions. Source: netdrms 4.6. */
  readonly allVersions: boolean;
  /** The segments that `{}` lists, in its order; absent: all. */
  readonly segments?: readonly Segment[];
  readonly warnings: readonly QueryWarning[];
}
