import type { FitsValue } from "../../fits/card-value.js";
import { fitsReal } from "../../fits/print-value.js";
import type { Keyword } from "../series/model.js";
import { intervalFactor } from "../times/intervals.js";
import { printDrmsTime } from "../times/print-time.js";
import { keywordZone } from "../times/time-keyword.js";
import { type DrmsValue, isMissing } from "../values/drms-type.js";
import { printKeywordValue } from "../values/print-value.js";
import type { FitsCast } from "./keyword-description.js";

/** Significant digits of real cards: binary32 needs 9 and binary64 17 to be read back the same. */
const FLOAT_DIGITS = 9;
const DOUBLE_DIGITS = 17;

/** Decimals of the second in time cards. */
const TIME_DECIMALS = 3;

/**
 * The value of a keyword as a card has it, `undefined` where it is missing: integers exactly, reals with the digits of their type,
 * times as text of their zone with three decimals (`ISO` without its Z), intervals divided by their unit, strings as they are.
 *
 * @param source the keyword whose type, format and unit count
 * @param cast that the description asks for; an integer of more than 64 bits stays a real
 * Source: export A5.
 */
export function cardValue(source: Keyword, value: DrmsValue, cast?: FitsCast): FitsValue | undefined {
  if (isMissing(source.type, value) || isInfinite(value)) return undefined;
  if (cast !== undefined) return castValue(source, value, cast);
  switch (source.type) {
    case "string":
      return { kind: "string", value: String(value) };
    case "time": {
      const factor = intervalFactor(source.unit);
      return factor === undefined
        ? { kind: "string", value: timeCardText(Number(value), source.unit) }
        : fitsReal(Number(value) / factor, DOUBLE_DIGITS);
    }
    case "float":
      return fitsReal(Number(value), FLOAT_DIGITS);
    case "double":
      return fitsReal(Number(value), DOUBLE_DIGITS);
    default:
      return integerValue(BigInt(value));
  }
}

/** A DRMS time as the text of a card: `2010.05.01_00:00:00.000_TAI`, or `2010-05-01T00:00:00.000` for ISO. */
export function timeCardText(seconds: number, unit: string): string {
  const zone = keywordZone(unit);
  const text = printDrmsTime(seconds, zone, TIME_DECIMALS);
  return zone === "ISO" ? text.replace(/Z$/, "") : text;
}

function isInfinite(value: DrmsValue): boolean {
  return typeof value === "number" && !Number.isFinite(value);
}

function integerValue(value: bigint): FitsValue {
  const small = Number(value);
  return { kind: "integer", value: Number.isSafeInteger(small) ? small : value };
}

function castValue(source: Keyword, value: DrmsValue, cast: FitsCast): FitsValue | undefined {
  if (cast === "STRING")
    return {
      kind: "string",
      value: source.type === "string" ? String(value) : printKeywordValue(source, value),
    };
  // A string that is no number has none to give: it counts as missing.
  const number = typeof value === "string" && value.trim() === "" ? Number.NaN : Number(value);
  if (cast === "LOGICAL") return Number.isNaN(number) ? undefined : { kind: "logical", value: number !== 0 };
  if (!Number.isFinite(number)) return undefined;
  if (cast === "FLOAT") return fitsReal(number, source.type === "float" ? FLOAT_DIGITS : DOUBLE_DIGITS);
  const whole = typeof value === "bigint" ? value : BigInt(Math.trunc(number));
  // Readers of FITS have no larger integers, and a card not the room.
  return BigInt.asIntN(64, whole) === whole ? integerValue(whole) : fitsReal(number, DOUBLE_DIGITS);
}
