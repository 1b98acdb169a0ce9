import { dayNumber } from "../stream/calendar.js";
import type { Plane } from "../stream/model.js";
import { FILL_TIME, formatTime, type Time, timeToUs2000 } from "../stream/time.js";
import { readTimeField, readTimeFieldExact } from "../stream/time-field.js";
import { writeTimeField } from "../stream/time-field-writer.js";
import { tt2000ToTime } from "../stream/tt2000.js";
import { type EpochUnit, epochUnit } from "../stream/units.js";
import type { ValueType } from "../stream/value-type.js";
import { valueReader } from "./value-reader.js";

/**
 * Writes the time at byte `fromAt` of an input packet as `yyyy-mm-ddThh:mm:ss[.f]` to `to[at...]`, rounded half up to the
 * fraction digits it was made for; the byte behind it may become a blank. Returns whether there is a time: without
 * one, the fill time 0001-01-01T00:00:00 is written, padded with blanks.
 */
export type TimeTextWriter = (
  from: Uint8Array,
  fromView: DataView,
  fromAt: number,
  to: Uint8Array,
  at: number,
) => boolean;

/** Bytes that a {@link TimeTextWriter} of so many fraction digits writes. */
export function timeTextBytes(fractionDigits: number): number {
  return fractionDigits === 0 ? 19 : 20 + fractionDigits;
}

/** The unit of time that the values of a plane count in, `base` taken into account; `undefined` for no times. */
export function timeUnit(plane: Plane): EpochUnit | undefined {
  if (plane.base !== undefined) return epochUnit(`${plane.units} since ${plane.base}`);
  return epochUnit(plane.units) ?? (plane.type.kind === "time" ? epochUnit("UTC") : undefined);
}

/** The way to write the times of a plane; `undefined` where its values are no times. Source: das2-stream A11.3, E1. */
export function timeTextWriter(plane: Plane, fractionDigits: number): TimeTextWriter | undefined {
  const unit = timeUnit(plane);
  if (unit === undefined) return undefined;
  const { kind, width } = plane.type;
  const fieldBytes = timeTextBytes(fractionDigits) + 1;

  if (kind === "time")
    // Whole microseconds are exact in binary64; more digits are read as they stand.
    return width <= 27
      ? (from, _view, fromAt, to, at) =>
          writeUs(to, at, fieldBytes, readTimeField(from, fromAt, fromAt + width))
      : (from, _view, fromAt, to, at) =>
          writeTimeText(to, at, fractionDigits, readTimeFieldExact(from, fromAt, fromAt + width));

  const exact = exactInteger(plane.type, unit);
  if (exact !== undefined)
    return (_from, view, fromAt, to, at) => writeTimeText(to, at, fractionDigits, exact(view, fromAt));

  const read = valueReader(plane.type);
  const toUs = microseconds(unit);
  if (toUs !== undefined)
    return (from, view, fromAt, to, at) => writeUs(to, at, fieldBytes, toUs(read(from, view, fromAt)));
  return (from, view, fromAt, to, at) => {
    const value = read(from, view, fromAt);
    return writeTimeText(to, at, fractionDigits, Number.isFinite(value) ? unit.toTime(value) : undefined);
  };
}

const FILL_US = timeToUs2000(FILL_TIME);

function writeUs(to: Uint8Array, at: number, fieldBytes: number, us: number): boolean {
  writeTimeField(to, at, fieldBytes, us);
  return us > FILL_US;
}

/** Writes a time as a {@link TimeTextWriter} does; missing: the fill time. */
export function writeTimeText(
  to: Uint8Array,
  at: number,
  fractionDigits: number,
  time: Time | undefined,
): boolean {
  if (time === undefined || time.day <= FILL_TIME.day)
    return writeUs(to, at, timeTextBytes(fractionDigits) + 1, Number.NaN);
  const text = formatTime(time, fractionDigits);
  for (let i = 0; i < text.length; i++) to[at + i] = text.charCodeAt(i);
  return true;
}

/**
 * The conversion to us2000 where it loses nothing: units of microseconds, and units of days, which resolve less than a
 * microsecond and are rounded to it first (das2-stream A10.1).
 */
function microseconds(unit: EpochUnit): ((value: number) => number) | undefined {
  switch (unit.name) {
    case "us2000":
    case "UTC":
    case "us1980":
    case "us1970":
    case "us2020":
      return unit.toUs2000;
    case "mj1958":
    case "mjd":
      return (value) => Math.round(unit.toUs2000(value));
    default:
      return undefined;
  }
}

type Reader<T> = (view: DataView, at: number) => T;

/** Counts of nanoseconds in 64 bits: binary64 would be too coarse for those of today (steps of 128 ns). */
function exactInteger(type: ValueType, unit: EpochUnit): Reader<Time> | undefined {
  if ((type.kind !== "int" && type.kind !== "uint") || type.width !== 8) return undefined;
  const { littleEndian } = type;
  const read: Reader<bigint> =
    type.kind === "int"
      ? (view, at) => view.getBigInt64(at, littleEndian)
      : (view, at) => view.getBigUint64(at, littleEndian);
  if (unit.name === "TT2000") return (view, at) => tt2000ToTime(read(view, at));
  if (unit.name === "ns1970") return (view, at) => ns1970ToTime(read(view, at));
  return undefined;
}

const DAY_NS = 86_400_000_000_000n;
const DAY_1970 = dayNumber(1970, 1, 1);

function ns1970ToTime(count: bigint): Time {
  const ns = ((count % DAY_NS) + DAY_NS) % DAY_NS;
  return { day: DAY_1970 + Number((count - ns) / DAY_NS), ns: Number(ns) };
}
