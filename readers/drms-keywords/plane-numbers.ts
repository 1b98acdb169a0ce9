import type { KeywordColumn } from "../../netdrms/records/record-batch.js";
import type { Keyword } from "../../netdrms/series/model.js";
import { drmsToUs2000 } from "../../netdrms/times/house-time.js";
import { intervalFactor } from "../../netdrms/times/intervals.js";
import { DRMS_TYPES, type DrmsValue } from "../../netdrms/values/drms-type.js";
import { FILL } from "../stream-parts.js";

/**
 * The values of a keyword as numbers of its plane: `out[i]` for the record `rows[from + i]`, `count` of them. Times become us2000,
 * intervals count their unit (netdrms 1.10), whole numbers beyond 2**53 are rounded. Fill for what is missing, is not finite, or has
 * a link that leads nowhere.
 */
export function planeNumbers(
  { source, values, reached }: KeywordColumn,
  rows: Int32Array,
  from: number,
  count: number,
  out: Float64Array,
): void {
  switch (values.kind) {
    case "numbers":
      if (source.type === "time") timeNumbers(source, values.values, rows, from, count, out);
      else {
        const numbers = values.values;
        const missing = Number(DRMS_TYPES[source.type].missing);
        for (let i = 0; i < count; i++) {
          const v = numbers[rows[from + i]!]!;
          // Of reals the missing value is NaN; the difference of what is not finite is NaN too.
          out[i] = v === missing || v - v !== 0 ? FILL : v;
        }
      }
      break;
    case "bigints": {
      const { missing } = DRMS_TYPES.longlong;
      for (let i = 0; i < count; i++) {
        const v = values.values[rows[from + i]!]!;
        out[i] = v === missing ? FILL : Number(v);
      }
      break;
    }
    case "constant":
      out.fill(constantNumber(source, values.value), 0, count);
      break;
    case "strings":
      out.fill(FILL, 0, count);
      break;
    default:
      values satisfies never;
  }
  if (reached !== undefined)
    for (let i = 0; i < count; i++) if (reached[rows[from + i]!] === 0) out[i] = FILL;
}

function timeNumbers(
  { unit }: Keyword,
  seconds: ArrayLike<number>,
  rows: Int32Array,
  from: number,
  count: number,
  out: Float64Array,
): void {
  const factor = intervalFactor(unit);
  for (let i = 0; i < count; i++) {
    const v = seconds[rows[from + i]!]!;
    const us = drmsToUs2000(v);
    if (Number.isNaN(us)) out[i] = FILL;
    else out[i] = factor === undefined ? us : v / factor;
  }
}

function constantNumber(source: Keyword, value: DrmsValue): number {
  const number = Number(value);
  if (typeof value === "string" || value === DRMS_TYPES[source.type].missing || !Number.isFinite(number))
    return FILL;
  if (source.type !== "time") return number;
  const out = new Float64Array(1);
  timeNumbers(source, [number], Int32Array.of(0), 0, 1, out);
  return out[0]!;
}
