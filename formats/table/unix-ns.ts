import { DasError } from "../../errors/das-error.js";
import { dayNumber } from "../../stream/calendar.js";
import type { Plane } from "../../stream/model.js";
import { FILL_TIME, formatTime, type Time, us2000ToTime } from "../../stream/time.js";
import { readTimeField, readTimeFieldExact } from "../../stream/time-field.js";
import { tt2000ToTime } from "../../stream/tt2000.js";
import type { EpochUnit } from "../../stream/units.js";
import { timeUnit } from "../time-text-writer.js";
import { valueReader } from "../value-reader.js";

/**
 * Writes the time at byte `at` of a packet as nanoseconds since 1970 of days of 86400 s to `out`, the lower 32 bits at `2 * index`,
 * the upper ones behind. Returns whether there is a time; without one nothing is written.
 * Errors: UNSUITED_STREAM for a time that 64 bits of nanoseconds do not reach.
 */
export type UnixNsWriter = (
  bytes: Uint8Array,
  view: DataView,
  at: number,
  out: Uint32Array,
  index: number,
) => boolean;

const DAY_1970 = dayNumber(1970, 1, 1);
const DAY_SECONDS = 86_400;
/** The years that fit as a whole: 2^63 ns are 292 years. */
const FIRST_SECOND = (dayNumber(1678, 1, 1) - DAY_1970) * DAY_SECONDS;
const END_SECOND = (dayNumber(2262, 1, 1) - DAY_1970) * DAY_SECONDS;
const SECOND_2000 = -DAY_1970 * DAY_SECONDS;
const TWO_32 = 2 ** 32;

/** The way to read the times of a plane; `undefined` where its values are no times. */
export function unixNsWriter(plane: Plane): UnixNsWriter | undefined {
  const unit = timeUnit(plane);
  if (unit === undefined) return undefined;
  const { type } = plane;
  if (type.kind === "time")
    // Whole microseconds are exact in binary64; more digits are read as they stand.
    return type.width <= 27
      ? (bytes, _view, at, out, index) => writeUs(readTimeField(bytes, at, at + type.width), out, index)
      : (bytes, _view, at, out, index) =>
          writeTime(readTimeFieldExact(bytes, at, at + type.width, false), out, index);
  if (unit.name === "TT2000" && (type.kind === "int" || type.kind === "uint") && type.width === 8)
    return (_bytes, view, at, out, index) =>
      writeTime(tt2000ToTime(view.getBigInt64(at, type.littleEndian)), out, index);
  if (unit.name === "ns1970" && type.kind === "int" && type.width === 8)
    return (_bytes, view, at, out, index) => {
      out[2 * index] = view.getUint32(type.littleEndian ? at : at + 4, type.littleEndian);
      out[2 * index + 1] = view.getUint32(type.littleEndian ? at + 4 : at, type.littleEndian);
      return true;
    };
  const read = valueReader(type);
  if (countsMicroseconds(unit))
    return (bytes, view, at, out, index) => writeUs(unit.toUs2000(read(bytes, view, at)), out, index);
  return (bytes, view, at, out, index) => {
    const value = read(bytes, view, at);
    return writeTime(Number.isFinite(value) ? unit.toTime(value) : undefined, out, index);
  };
}

/** Units whose us2000 loses nothing. */
function countsMicroseconds({ name }: EpochUnit): boolean {
  return name === "us2000" || name === "UTC" || name === "us1980" || name === "us1970" || name === "us2020";
}

function writeUs(us: number, out: Uint32Array, index: number): boolean {
  if (!Number.isFinite(us)) return false;
  const seconds = Math.floor(us / 1e6);
  return writeSeconds(seconds + SECOND_2000, Math.round((us - seconds * 1e6) * 1e3), out, index, () =>
    us2000ToTime(us),
  );
}

function writeTime(time: Time | undefined, out: Uint32Array, index: number): boolean {
  if (time === undefined || (time.day === FILL_TIME.day && time.ns === 0)) return false;
  // A leap second is the last nanosecond before midnight, as it is the last microsecond elsewhere.
  const ns = Math.min(time.ns, DAY_SECONDS * 1e9 - 1);
  const seconds = Math.floor(ns / 1e9);
  const total = (time.day - DAY_1970) * DAY_SECONDS + seconds;
  return writeSeconds(total, ns - seconds * 1e9, out, index, () => time);
}

/**
 * `seconds * 1e9 + ns` in two words: seconds are split at 16 bits, so that every product is a whole number below 2^53.
 */
function writeSeconds(
  seconds: number,
  ns: number,
  out: Uint32Array,
  index: number,
  time: () => Time,
): boolean {
  if (!(seconds >= FIRST_SECOND && seconds < END_SECOND))
    throw new DasError(
      "UNSUITED_STREAM",
      `the time ${formatTime(time(), 0)}, expected the years 1678 to 2261, which nanoseconds in 64 bits reach`,
    );
  const upper = Math.floor(seconds / 65_536);
  const high = upper * 1e9; // counts 2^16 ns
  const highWords = Math.floor(high / 65_536);
  const low = (high - highWords * 65_536) * 65_536 + (seconds - upper * 65_536) * 1e9 + ns;
  const carry = Math.floor(low / TWO_32);
  out[2 * index] = low - carry * TWO_32;
  out[2 * index + 1] = highWords + carry; // modulo 2^32: two's complement
  return true;
}
