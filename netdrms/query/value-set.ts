import { type DasError, isDasError } from "../../errors/das-error.js";
import type { Cursor } from "./cursor.js";
import type { KeyReader, Warn } from "./key-reader.js";
import type { Span } from "./query-text.js";
import type { KeyRange, KeyValue } from "./record-set-query.js";

/**
 * The elements of a value set, up to the end of the cursor. White space may stand between any two tokens. `^` and `$` alone are
 * the first and last value wherever they stand in the list; a string of that one character needs quotes.
 *
 * Where a text begins with several times, the longest is tried first and the shortest last, until the rest of the element is
 * right too: RULE of netdrms 4.4. Where a time in a zone such as `-2011` could also have been a range, there is a warning.
 *
 * Errors: BAD_QUERY at the place that the best try reached.
 * Source: netdrms 4.1, 4.4, 4.5.
 */
export function readValueSet(cursor: Cursor, reader: KeyReader, warn: Warn): readonly KeyRange[] {
  const ranges: KeyRange[] = [];
  do {
    cursor.skipWhite();
    ranges.push(readRange(cursor, reader, warn));
  } while (cursor.take(","));
  return ranges;
}

interface Attempt {
  readonly range: KeyRange;
  /** Where the element ends. */
  readonly at: number;
  readonly notes: readonly (readonly [Span, string])[];
}

/** Reads an element and passes the white space behind it. */
function readRange(cursor: Cursor, reader: KeyReader, warn: Warn): KeyRange {
  const extreme = cursor.match(/[\^$](?=[ \t\r\n]*[,\]])/y);
  if (extreme !== undefined) {
    cursor.skipWhite();
    return { kind: extreme === "^" ? "first" : "last" };
  }
  const begin = cursor.at;
  const offset = reader.offset?.(cursor);
  const starts = [...(offset === undefined ? [] : [offset]), ...reader.values(cursor)];
  if (starts.length === 0) throw cursor.error(`${cursor.found()} where ${reader.expects} is expected`);

  let best: Attempt | undefined;
  let failure: DasError | undefined;
  for (const { value, length } of starts) {
    cursor.at = begin + length;
    const attempt = tryRest(cursor, reader, value);
    if (attempt instanceof Error) {
      if (failure === undefined || reached(attempt) > reached(failure)) failure = attempt;
    } else if (best === undefined) {
      best = attempt;
      // A single time may be a range as well, which a shorter one would tell.
      if (best.range.kind !== "value") break;
    } else {
      if (isFilledRange(attempt.range)) warn({ begin, end: best.at }, notARange(cursor, begin, best, length));
      break;
    }
  }
  if (best === undefined) throw failure!; // each of one or more starts has failed
  for (const [span, what] of best.notes) warn(span, what);
  cursor.at = best.at;
  cursor.skipWhite();
  return best.range;
}

function tryRest(cursor: Cursor, reader: KeyReader, start: KeyValue): Attempt | DasError {
  const notes: (readonly [Span, string])[] = [];
  try {
    const range = readRest(cursor, reader, start, (span, what) => notes.push([span, what]));
    const { at } = cursor;
    cursor.skipWhite();
    if (!cursor.done && !cursor.isAt(","))
      throw cursor.error(`${cursor.found()} behind ${reader.expects}, expected "," or "]"`);
    return { range, at, notes };
  } catch (error) {
    if (isDasError(error, "BAD_QUERY")) return error;
    throw error;
  }
}

/** What stands behind the start of an element. */
function readRest(cursor: Cursor, reader: KeyReader, start: KeyValue, warn: Warn): KeyRange {
  const before = cursor.at;
  cursor.skipWhite();
  if (cursor.take("/")) {
    cursor.skipWhite();
    const to = reader.endOfExtent(cursor, start, warn);
    return { kind: "range", from: start, to, closed: false, ...readStride(cursor, reader, start, warn) };
  }
  if (cursor.take("-")) {
    cursor.skipWhite();
    const to = takeEnd(cursor, reader);
    return { kind: "range", from: start, to, closed: true, ...readStride(cursor, reader, start, warn) };
  }
  cursor.at = before;
  return { kind: "value", value: start };
}

/** Passes the end of a range: the longest value that the range may end with. */
function takeEnd(cursor: Cursor, reader: KeyReader): KeyValue {
  const found = reader.values(cursor);
  const [longest] = found;
  if (longest === undefined) throw cursor.error(`${cursor.found()} where ${reader.expects} is expected`);
  const begin = cursor.at;
  for (const { value, length } of found) {
    cursor.at = begin + length;
    if (endsRange(cursor)) return value;
  }
  cursor.at = begin + longest.length;
  return longest.value;
}

function endsRange(cursor: Cursor): boolean {
  const { at } = cursor;
  cursor.skipWhite();
  const ends = cursor.done || cursor.isAt(",") || cursor.isAt("@");
  cursor.at = at;
  return ends;
}

function readStride(cursor: Cursor, reader: KeyReader, start: KeyValue, warn: Warn) {
  const before = cursor.at;
  cursor.skipWhite();
  if (!cursor.take("@")) {
    cursor.at = before;
    return {};
  }
  cursor.skipWhite();
  return { stride: reader.stride(cursor, start, warn) };
}

function reached(error: DasError): number {
  return Number(error.where.begin);
}

/** Whether a range from one value to another holds more than nothing. */
function isFilledRange(range: KeyRange): boolean {
  return range.kind === "range" && range.closed && Number(range.from) < Number(range.to);
}

function notARange(cursor: Cursor, begin: number, read: Attempt, startLength: number): string {
  const text = cursor.source.text.slice(begin, read.at);
  const [start, zone] = [text.slice(0, startLength), text.slice(startLength)];
  return `"${text}" is the one time ${start} in the zone ${zone}; for a range write ${start}_UTC${zone}`;
}
