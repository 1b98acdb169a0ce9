import { type ScannedDuration, scanDuration } from "../times/intervals.js";
import { scanDrmsTimes } from "../times/scan-time.js";
import type { DrmsType, DrmsValue } from "../values/drms-type.js";
import { scanValue } from "../values/scan-value.js";
import type { Cursor } from "./cursor.js";

/** A value at the place of a cursor. */
export interface Scanned<T> {
  readonly value: T;
  /** Characters that it takes. */
  readonly length: number;
}

/** What ends a string without quotes, beside white space. Source: netdrms 4.4. */
const DELIMITERS = ",]";

/** The value of a type that stands at the cursor; white space there was passed. */
export function valueAt(cursor: Cursor, type: DrmsType): Scanned<DrmsValue> | undefined {
  // What follows the filter must not end a value that begins in it.
  const text = cursor.source.text.slice(cursor.at, cursor.end);
  return scanValue(type, text, 0, DELIMITERS);
}

/** The times that stand at the cursor, the longest first; netdrms 4.4 says which one is meant. */
export function timesAt(cursor: Cursor): readonly Scanned<number>[] {
  const text = cursor.source.text.slice(cursor.at, cursor.end);
  const found = scanDrmsTimes(text).map(({ seconds, length }) => ({ value: seconds, length }));
  if (found.length > 0) return found;
  // The word for the missing time is not of the scanner of times.
  const missing = scanValue("time", text);
  return missing === undefined ? [] : [{ value: Number(missing.value), length: missing.length }];
}

/**
 * The duration that stands at the cursor; its letter is a small one.
 *
 * @param signs whether the number may have a sign
 * Source: netdrms 4.4, 4.9.
 */
export function durationAt(cursor: Cursor, signs: "signed" | "unsigned"): ScannedDuration | undefined {
  const found = scanDuration(cursor.source.text, cursor.at);
  if (found === undefined) return undefined;
  const text = cursor.source.text.slice(cursor.at, cursor.at + found.length);
  return (signs === "signed" ? /^[-+0-9.]+[smhdu]$/ : /^[0-9.]+[smhdu]$/).test(text) ? found : undefined;
}

/** Passes a number. Errors: BAD_QUERY where none of the type stands at the cursor. */
export function takeNumber(
  cursor: Cursor,
  type: Exclude<DrmsType, "string">,
  expects: string,
): number | bigint {
  const found = valueAt(cursor, type);
  if (found === undefined || typeof found.value === "string")
    throw cursor.error(`${cursor.found()} where ${expects} is expected`);
  cursor.at += found.length;
  return found.value;
}

/** Passes a duration. Errors: BAD_QUERY where none stands at the cursor. */
export function takeDuration(cursor: Cursor, expects: string): ScannedDuration {
  const found = durationAt(cursor, "unsigned");
  if (found === undefined) throw cursor.error(`${cursor.found()} where ${expects} is expected`);
  cursor.at += found.length;
  return found;
}
