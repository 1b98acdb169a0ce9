import { intervalFactor } from "../times/intervals.js";
import { timePrinter } from "../times/print-time.js";
import { keywordZone, timeKeywordPrinter } from "../times/time-keyword.js";
import { type CFormat, parseCFormat, printInteger, printReal, printText } from "./c-format.js";
import { DRMS_TYPES, type DrmsType, type DrmsValue, missingValue } from "./drms-type.js";

/** What of a keyword decides how its values are printed. */
export interface PrintedKeyword {
  readonly type: DrmsType;
  /** A format of C printf; of a time its precision or zone. Source: netdrms 1.10. */
  readonly format: string;
  /** Of a time its zone, or the unit of an interval. */
  readonly unit: string;
}

/**
 * Prints values of one keyword. What is no value of the keyword's type is printed as the missing one.
 */
export type ValuePrinter = (value: DrmsValue) => string;

/**
 * The printer of a keyword: its own format, the default of its type where that is empty or unusable for the type (netdrms
 * 1.3). Times as netdrms 5.6 says; a time whose unit is an interval is divided by it and printed as a number. Missing values
 * are printed like any other.
 * Source: netdrms 1.10.
 */
export function valuePrinter({ type, format, unit }: PrintedKeyword): ValuePrinter {
  if (type !== "time") return formatPrinter(type, format);
  const factor = intervalFactor(unit);
  if (factor !== undefined) return intervalPrinter(formatPrinter("double", format), factor);
  const print = timeKeywordPrinter(unit, format);
  return (value) => print(toReal(value));
}

/** One value as {@link valuePrinter} prints it. */
export function printKeywordValue(keyword: PrintedKeyword, value: DrmsValue): string {
  return valuePrinter(keyword)(value);
}

/**
 * The printer of maximum precision: floats as `%.9G`, doubles and intervals as `%.17G`, times with six decimals in their
 * zone, everything else as {@link valuePrinter} does. Source: netdrms 1.10.
 */
export function preciseValuePrinter(keyword: PrintedKeyword): ValuePrinter {
  const { type, unit } = keyword;
  if (type === "float") return formatPrinter("float", "%.9G");
  if (type === "double") return formatPrinter("double", "%.17G");
  if (type !== "time") return valuePrinter(keyword);
  const factor = intervalFactor(unit);
  if (factor !== undefined) return intervalPrinter(formatPrinter("double", "%.17G"), factor);
  const print = timePrinter(keywordZone(unit), 6);
  return (value) => print(toReal(value));
}

/**
 * The printer of bit patterns in hexadecimal, most significant digit first: 2, 4, 8 or 16 digits as the type has bytes; of a
 * string two digits for each byte of UTF-8. Source: netdrms 1.10.
 */
export function binaryValuePrinter(type: DrmsType): ValuePrinter {
  const bits = DRMS_TYPES[type].integerBits;
  const view = new DataView(new ArrayBuffer(8));
  const hex = (n: number | bigint, digits: number) => n.toString(16).toUpperCase().padStart(digits, "0");
  switch (type) {
    case "string":
      return (value) => Array.from(new TextEncoder().encode(String(value)), (byte) => hex(byte, 2)).join("");
    case "float":
      return (value) => {
        view.setFloat32(0, toReal(value));
        return hex(view.getUint32(0), 8);
      };
    case "double":
    case "time":
      return (value) => {
        view.setFloat64(0, toReal(value));
        return hex(view.getBigUint64(0), 16);
      };
    default:
      return (value) => hex(BigInt.asUintN(bits, BigInt(toInteger(type, value))), bits / 4);
  }
}

/**
 * A value in a format of C printf that belongs to no keyword. Whole numbers may be asked for as real ones and the other way
 * round; negative ones have 64 bits as bigint, else 32. `undefined` where the format is unusable for the value.
 */
export function printWithFormat(format: string, value: DrmsValue): string | undefined {
  const conversion = parseCFormat(format);
  if (conversion === undefined || (conversion.kind === "string") !== (typeof value === "string"))
    return undefined;
  if (typeof value === "string") return printText(conversion, value);
  if (conversion.kind === "real") return printReal(conversion, Number(value));
  if (typeof value === "bigint") return printInteger(conversion, value, 64);
  return Number.isInteger(value) ? printInteger(conversion, value, 32) : undefined;
}

function formatPrinter(type: DrmsType, asked: string): ValuePrinter {
  const bits = DRMS_TYPES[type].integerBits;
  const kind = type === "string" ? "string" : bits > 0 ? "integer" : "real";
  const own = parseCFormat(asked);
  const format: CFormat = own?.kind === kind ? own : parseCFormat(DRMS_TYPES[type].format)!; // the defaults are usable
  switch (kind) {
    case "string":
      return (value) => printText(format, String(value));
    case "integer":
      return (value) => printInteger(format, toInteger(type, value), bits);
    case "real":
      // C prints what the column of four bytes holds, not the decimal it was read from.
      return type === "float"
        ? (value) => printReal(format, Math.fround(toReal(value)))
        : (value) => printReal(format, toReal(value));
    default:
      return kind satisfies never;
  }
}

function intervalPrinter(print: ValuePrinter, factor: number): ValuePrinter {
  return (value) => print(toReal(value) / factor);
}

/** A string is no number, even one that reads like it: it is not what the column holds. */
function toReal(value: DrmsValue): number {
  return typeof value === "string" ? Number.NaN : Number(value);
}

function toInteger(type: DrmsType, value: DrmsValue): number | bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value))
    return Number.isSafeInteger(value) ? value : BigInt(value);
  const missing = missingValue(type);
  return typeof missing === "string" ? 0 : missing;
}
