import type { Cursor } from "./cursor.js";
import { checkedStride } from "./index-set.js";
import type { KeyReader } from "./key-reader.js";
import { takeDuration, takeNumber, timesAt, valueAt } from "./key-scan.js";
import type { Stride } from "./record-set-query.js";

const BITS = { short: 16, int: 32, longlong: 64 } as const;

/** Values of a key of whole numbers. */
export function integerReader(type: "short" | "int" | "longlong"): KeyReader {
  const expects = `a whole number of ${BITS[type]} bits`;
  const take = (cursor: Cursor): bigint => BigInt(takeNumber(cursor, type, expects));
  return {
    expects,
    values(cursor) {
      const found = valueAt(cursor, type);
      return found === undefined ? [] : [{ value: BigInt(found.value), length: found.length }];
    },
    endOfExtent: (cursor, start) => asKeyNumber(BigInt(start) + take(cursor)),
    stride(cursor, start) {
      const begin = cursor.at;
      const every = take(cursor);
      return {
        kind: "whole",
        start: BigInt(start),
        every: checkedStride(cursor, cursor.since(begin), every),
      };
    },
  };
}

/** Values of a key of reals; a `float` is compared as binary32 holds it. */
export function realReader(type: "float" | "double"): KeyReader {
  const expects = "a number";
  const take = (cursor: Cursor): number => Number(takeNumber(cursor, type, expects));
  return {
    expects,
    values(cursor) {
      const found = valueAt(cursor, type);
      return found === undefined ? [] : [{ value: Number(found.value), length: found.length }];
    },
    endOfExtent: (cursor, start) => Number(start) + take(cursor),
    stride: (cursor, start) => nearStride(cursor, Number(start), take),
  };
}

/** Values of a key of times that has no slots. */
export function timeReader(): KeyReader {
  const take = (cursor: Cursor): number => {
    const expects = "a duration such as 45s, 12m, 1.5h or 1d";
    const begin = cursor.at;
    const { value, unit } = takeDuration(cursor, expects);
    if (unit === "seconds") return value;
    throw cursor.error(
      `a duration in slots for a key without slots, expected ${expects}`,
      cursor.since(begin),
    );
  };
  return {
    expects: "a time",
    values: timesAt,
    endOfExtent: (cursor, start) => Number(start) + take(cursor),
    stride: (cursor, start) => nearStride(cursor, Number(start), take),
  };
}

/** Values of a key of strings: ranges have a begin and an end alone. */
export function stringReader(): KeyReader {
  const refuse = (what: string) => (cursor: Cursor) => {
    throw cursor.error(`${what} of a key of strings, which has none`, {
      begin: cursor.at - 1,
      end: cursor.at,
    });
  };
  return {
    expects: "a string",
    values(cursor) {
      const found = valueAt(cursor, "string");
      return found === undefined ? [] : [{ value: String(found.value), length: found.length }];
    },
    endOfExtent: refuse("an extent"),
    stride: refuse("a step"),
  };
}

function nearStride(cursor: Cursor, start: number, take: (cursor: Cursor) => number): Stride {
  const begin = cursor.at;
  const step = take(cursor);
  if (!(step > 0 && step < Number.POSITIVE_INFINITY))
    throw cursor.error(`a step of ${step} behind "@", expected more than 0`, cursor.since(begin));
  return { kind: "near", start, step };
}

/** A whole number as a column of whole numbers can be compared with it: beyond 64 bits as a real. */
export function asKeyNumber(value: bigint): bigint | number {
  return BigInt.asIntN(64, value) === value ? value : Number(value);
}
