import { scanValue } from "../values/scan-value.js";
import type { Cursor } from "./cursor.js";
import type { Span } from "./query-text.js";

/** One element of `#…`: numbers of records, slots or grid points. Source: netdrms 4.1. */
export type IndexRange =
  | { readonly kind: "first" | "last" }
  | { readonly kind: "value"; readonly value: bigint }
  | {
      readonly kind: "range";
      /** Included; absent: no bound. */
      readonly from?: bigint;
      readonly to?: bigint;
      /** Whether `to` itself is in the range. */
      readonly closed: boolean;
      /** 1 or more. */
      readonly every?: bigint;
    };

/** Beyond this no two numbers of 64 bits are congruent; the arithmetic of strides stays within 64 bits. */
export const MAX_STRIDE = 1n << 62n;

/**
 * The elements of an index set, up to the end of the cursor. White space may stand between any two tokens but behind `#`.
 * Errors: BAD_QUERY at the first character that does not belong there.
 * Source: netdrms 4.1, 4.2, 4.3.
 */
export function readIndexSet(cursor: Cursor): readonly IndexRange[] {
  const ranges: IndexRange[] = [];
  do {
    cursor.skipWhite();
    ranges.push(readRange(cursor));
    cursor.skipWhite();
  } while (cursor.take(","));
  if (!cursor.done) throw cursor.error(`${cursor.found()} behind a range, expected "," or "]"`);
  return ranges;
}

function readRange(cursor: Cursor): IndexRange {
  if (!cursor.take("#")) throw cursor.error(`${cursor.found()} where a number begins with "#"`);
  if (cursor.take("^")) return { kind: "first" };
  if (cursor.take("$")) return { kind: "last" };
  const from = cursor.match(/-[ \t\r\n]*(?=#)/y) === undefined ? readInteger(cursor) : undefined;
  cursor.skipWhite();
  if (from !== undefined) {
    if (cursor.take("/")) {
      cursor.skipWhite();
      const to = atMost64(from + readInteger(cursor));
      return {
        kind: "range",
        from,
        ...(to === undefined ? {} : { to }),
        closed: false,
        ...readEvery(cursor),
      };
    }
    if (!cursor.take("-")) return { kind: "value", value: from };
    cursor.skipWhite();
  }
  if (!cursor.take("#")) throw cursor.error(`${cursor.found()} where the end of a range begins with "#"`);
  const to = /[-+0-9]/.test(cursor.peek()) ? readInteger(cursor) : undefined;
  return {
    kind: "range",
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    closed: true,
    ...readEvery(cursor),
  };
}

function readInteger(cursor: Cursor): bigint {
  // White space is not skipped by the scanner where the next character is none.
  const found = /\s/.test(cursor.peek()) ? undefined : scanValue("longlong", cursor.source.text, cursor.at);
  if (typeof found?.value !== "bigint")
    throw cursor.error(`${cursor.found()} where a whole number of 64 bits is expected`);
  cursor.at += found.length;
  return found.value;
}

function readEvery(cursor: Cursor): { readonly every?: bigint } {
  cursor.skipWhite();
  if (!cursor.take("@")) return {};
  cursor.skipWhite();
  const begin = cursor.at;
  return { every: checkedStride(cursor, cursor.since(begin), readInteger(cursor)) };
}

/** A stride as it is. Errors: BAD_QUERY for one that is not 1 or more, or that no numbers of 64 bits have. */
export function checkedStride(cursor: Cursor, span: Span, every: bigint): bigint {
  if (every < 1n || every > MAX_STRIDE)
    throw cursor.error(`a step of ${every} behind "@", expected 1 or more`, span);
  return every;
}

/** The number, or `undefined`, which is no bound, where it is more than 64 bits hold. */
export function atMost64(value: bigint): bigint | undefined {
  return BigInt.asIntN(64, value) === value || value < 0n ? value : undefined;
}
