import type { DrmsType } from "../values/drms-type.js";
import { type SlotCount, type Slotting, slotOf, slotsOfExtent, slotsOfSkip } from "../values/slots.js";
import type { Cursor } from "./cursor.js";
import { checkedStride } from "./index-set.js";
import type { KeyReader, Warn } from "./key-reader.js";
import { durationAt, type Scanned, takeDuration, takeNumber, timesAt, valueAt } from "./key-scan.js";
import { asKeyNumber } from "./plain-key.js";
import type { KeyValue } from "./record-set-query.js";

/**
 * Values of a slotted keyword; what is compared are slots. A duration as the begin counts from epoch or base. RULE: for `carr`,
 * whose values are degrees, the one duration is a number of slots (`u`).
 * Source: netdrms 1.6, 4.4.
 */
export function slottedReader(slotting: Slotting, type: DrmsType): KeyReader {
  const isTime = type === "time";
  const real = type === "float" ? "float" : "double";
  const slot = (value: number): KeyValue | undefined => {
    const found = slotOf(slotting, value);
    return found === undefined ? undefined : asKeyNumber(found);
  };
  const reals = (cursor: Cursor): readonly Scanned<number>[] => {
    const found = valueAt(cursor, real);
    return found === undefined ? [] : [{ value: Number(found.value), length: found.length }];
  };
  /** A length in the unit of the step. */
  const takeLength = (cursor: Cursor): number => {
    const slots = durationAt(cursor, "unsigned");
    if (slots?.unit === "slots") {
      cursor.at += slots.length;
      return slots.value * Math.abs(slotting.step);
    }
    return isTime
      ? takeDuration(cursor, "a duration such as 45s, 12m, 1.5h, 1d or 3u").value
      : Number(takeNumber(cursor, real, "a number, or slots such as 3u,"));
  };
  return {
    expects: isTime ? "a time" : "a number",

    values(cursor) {
      const found = isTime ? timesAt(cursor) : reals(cursor);
      return found.flatMap(({ value, length }) => {
        const key = slot(value);
        return key === undefined ? [] : [{ value: key, length }];
      });
    },

    offset(cursor) {
      const found = durationAt(cursor, "signed");
      if (found === undefined || (found.unit === "seconds" && slotting.kind === "carr")) return undefined;
      const length = found.unit === "slots" ? found.value * slotting.step : found.value;
      const key = slot(slotting.base + length);
      return key === undefined ? undefined : { value: key, length: found.length };
    },

    endOfExtent(cursor, start, warn) {
      const begin = cursor.at;
      const count = slotsOfExtent(slotting, takeLength(cursor));
      const slots = told(cursor, begin, count, warn, "is shorter than a slot, which is taken whole");
      return typeof start === "bigint" ? asKeyNumber(start + slots) : Number(start) + Number(slots);
    },

    stride(cursor, start, warn) {
      const begin = cursor.at;
      const length = takeLength(cursor);
      if (!(length > 0)) throw cursor.error('a step that is not more than 0 behind "@"', cursor.since(begin));
      const count = slotsOfSkip(slotting, length);
      const slots = told(cursor, begin, count, warn, `is no whole number of slots, taken as ${count?.slots}`);
      return {
        kind: "whole",
        start: typeof start === "bigint" ? start : BigInt(Number(start)),
        every: checkedStride(cursor, cursor.since(begin), slots),
      };
    },
  };
}

/** The slots of a length that was passed, with a warning where they are not what was written. */
function told(cursor: Cursor, begin: number, count: SlotCount | undefined, warn: Warn, note: string): bigint {
  const span = cursor.since(begin);
  if (count === undefined) throw cursor.error("more slots than can be counted", span);
  if (count.note !== undefined) warn(span, `"${cursor.source.text.slice(begin, cursor.at)}" ${note}`);
  return count.slots;
}
