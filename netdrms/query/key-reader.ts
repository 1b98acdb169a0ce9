import type { Keyword, Series } from "../series/model.js";
import { slotRule } from "../series/slot-rule.js";
import type { Cursor } from "./cursor.js";
import type { Scanned } from "./key-scan.js";
import { integerReader, realReader, stringReader, timeReader } from "./plain-key.js";
import type { Span } from "./query-text.js";
import type { KeyValue, Stride } from "./record-set-query.js";
import { slottedReader } from "./slotted-key.js";

/** Tells of something odd at a place. */
export type Warn = (span: Span, what: string) => void;

/**
 * How the text of a value filter becomes values of the column of one prime key. White space at the cursor was passed.
 * Source: netdrms 4.4.
 */
export interface KeyReader {
  /** What a value is, for messages: `a time`. */
  readonly expects: string;
  /** The values that stand at the cursor, the longest first; only times are of more than one length. */
  values(cursor: Cursor): readonly Scanned<KeyValue>[];
  /** The begin of a range that a duration at the cursor is: epoch or base plus the duration. */
  offset?(cursor: Cursor): Scanned<KeyValue> | undefined;
  /** Passes the extent behind `/`: the value before which the range ends. Errors: BAD_QUERY. */
  endOfExtent(cursor: Cursor, start: KeyValue, warn: Warn): KeyValue;
  /** Passes the step behind `@`. Errors: BAD_QUERY. */
  stride(cursor: Cursor, start: KeyValue, warn: Warn): Stride;
}

/**
 * The reader for values of a keyword that a filter names: a prime key, or the index of a slotted one, whose values are slots.
 * `undefined` for a key of type `char`: how a site keeps numbers in a character is not known (netdrms 1.3).
 *
 * Errors: ARCHIVE_FAILED where the series does not say how values fall into slots.
 * Source: netdrms 4.1, 4.4.
 */
export function keyReader(series: Series, keyword: Keyword): KeyReader | undefined {
  const rule = slotRule(series, keyword);
  if (rule !== undefined) return slottedReader(rule.slotting, keyword.type);
  switch (keyword.type) {
    case "time":
      return timeReader();
    case "short":
    case "int":
    case "longlong":
      return integerReader(keyword.type);
    case "float":
    case "double":
      return realReader(keyword.type);
    case "string":
      return stringReader();
    case "char":
      return undefined;
    default:
      return keyword.type satisfies never;
  }
}
