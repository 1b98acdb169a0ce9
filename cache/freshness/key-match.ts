import type { KeyFilter, KeyRange, KeyValue, RecordSetQuery } from "../../netdrms/query/record-set-query.js";
import type { DrmsType } from "../../netdrms/values/drms-type.js";

/**
 * Whether a record set may hold records with these prime keys, of whatever version: false only where its filters on prime keys leave
 * them out. So a record of one wavelength does not touch a source of another.
 *
 * @param keys values of the internal prime keys as text of the database; `null` is NULL, which no filter lets through
 */
export function mayHold({ series, keyFilters }: RecordSetQuery, keys: readonly (string | null)[]): boolean {
  return keyFilters.every(({ key, ranges }) => {
    const text = keys[key];
    const type = series.primeKeys[key]?.internal.type;
    if (text === undefined || type === undefined || ranges.some(isUnbounded)) return true;
    if (text === null) return false;
    const value = keyValue(type, text);
    return ranges.some((range) => mayBeIn(range, value));
  });
}

/**
 * Whether what a record set holds of one range of time depends on records of another: on the first or last of all, or on the smallest, from
 * which a stride counts.
 */
export function dependsOnOthers({
  keyFilters,
  recnums = [],
}: Pick<RecordSetQuery, "keyFilters" | "recnums">): boolean {
  const ranges: readonly KeyRange[] = [
    ...keyFilters.flatMap((filter: KeyFilter) => filter.ranges),
    ...recnums,
  ];
  return ranges.some((range) => {
    if (range.kind !== "range") return range.kind !== "value";
    const { stride } = range;
    return stride !== undefined && stride.kind !== "near" && stride.start === undefined;
  });
}

function isUnbounded(range: KeyRange): boolean {
  return range.kind === "range" && range.from === undefined && range.to === undefined;
}

/** A value of the database in the form in which filters have theirs. */
function keyValue(type: DrmsType, text: string): KeyValue {
  switch (type) {
    case "short":
    case "int":
    case "longlong":
      return BigInt(text);
    case "float":
      return Math.fround(Number(text));
    case "double":
    case "time":
      return Number(text);
    // The column of a `char` holds the character.
    case "char":
    case "string":
      return text;
    default:
      return type satisfies never;
  }
}

/** Strides are not looked at, nor is what differs in kind; texts are ordered as the database likes. */
function mayBeIn(range: KeyRange, value: KeyValue): boolean {
  if (range.kind === "value") return value === range.value || typeof value !== typeof range.value;
  if (range.kind !== "range" || typeof value === "string") return true;
  const { from, to, closed } = range;
  return (
    (from === undefined || typeof from === "string" || value >= from) &&
    (to === undefined || typeof to === "string" || (closed ? value <= to : value < to))
  );
}
