import type { Plane } from "../../stream/model.js";
import { FILL_TIME, formatTime, timeToUs2000 } from "../../stream/time.js";
import { readTimeField } from "../../stream/time-field.js";
import { writeTimeField } from "../../stream/time-field-writer.js";
import { timeTextWriter, timeUnit } from "../time-text-writer.js";
import { valueReader } from "../value-reader.js";
import { timeDigits } from "./parameter.js";

/**
 * Writes the time at byte `fromAt` of a packet as `yyyy-mm-ddThh:mm:ss.fffZ` to `to[at...]`. Returns whether there is a time;
 * where there is none, what was written is of no use.
 */
export type TimeFieldWriter = (
  from: Uint8Array,
  view: DataView,
  fromAt: number,
  to: Uint8Array,
  at: number,
) => boolean;

const LETTER_Z = 0x5a;
const POINT = 0x2e;
const ZERO = 0x30;
const US_PER_MINUTE = 60e6;
const FIRST_US = timeToUs2000(FILL_TIME);
const END_US = timeToUs2000({ day: FILL_TIME.day + 3_652_059, ns: 0 }); // the begin of year 10000
/** Up to the colon behind the minute. */
const PREFIX_BYTES = 17;

/** What is written of a time that is none, in as many bytes as every other. */
export function fillTime(length: number): string {
  return `${formatTime(FILL_TIME, timeDigits(length))}Z`;
}

/**
 * The way to write the times of a plane in `length` bytes. Times of more digits are cut and not rounded, so that none leaves the
 * range that it was asked for; what binary64 has added or lost is rounded away first, to the microsecond. Units of nanoseconds and long
 * texts keep them. Source: HAPI 3.3, section 3.7.6.2.
 */
export function timeFieldWriter(plane: Plane, length: number): TimeFieldWriter | undefined {
  const unit = timeUnit(plane);
  if (unit === undefined) return undefined;
  const { kind, width } = plane.type;
  const digits = timeDigits(length);
  const isExact =
    kind === "time"
      ? width > 27
      : unit.name === "TT2000" || unit.name === "ns1970" || (width === 8 && kind !== "real");
  if (isExact) {
    const write = timeTextWriter(plane, digits);
    if (write === undefined) return undefined;
    return (from, view, fromAt, to, at) => {
      const isTime = write(from, view, fromAt, to, at);
      to[at + length - 1] = LETTER_Z;
      return isTime;
    };
  }
  const writeUs = usWriter(digits);
  if (kind === "time")
    return (from, _view, fromAt, to, at) => writeUs(readTimeField(from, fromAt, fromAt + width), to, at);
  const read = valueReader(plane.type);
  const isUs2000 = unit.name === "us2000" || unit.name === "UTC";
  return isUs2000
    ? (from, view, fromAt, to, at) => writeUs(read(from, view, fromAt), to, at)
    : (from, view, fromAt, to, at) => writeUs(unit.toUs2000(read(from, view, fromAt)), to, at);
}

/** Bytes that a {@link fileFieldWriter} writes. */
export const FILE_BYTES = "start_time=&end_time=".length + 48;

/**
 * The way to write, for a record of a time, the words of a request of das2.2 for a range of so many seconds that begins with it:
 * `start_time=...&end_time=...`, to the millisecond. Source: das2-server 2.7.
 * @param seconds at least a millisecond, to which the time is cut
 */
export function fileFieldWriter(x: Plane, seconds: number): TimeFieldWriter | undefined {
  const unit = timeUnit(x);
  if (unit === undefined) return undefined;
  const { kind, width } = x.type;
  const read = valueReader(x.type);
  const usAt: (from: Uint8Array, view: DataView, at: number) => number =
    kind === "time"
      ? (from, _view, at) => readTimeField(from, at, at + width)
      : (from, view, at) => unit.toUs2000(read(from, view, at));
  const [begin, end] = [usWriter(3), usWriter(3)];
  const [first, second] = ["start_time=", "&end_time="].map((text) => new TextEncoder().encode(text));
  if (first === undefined || second === undefined) return undefined;
  const endAt = first.length + 24;
  return (from, view, fromAt, to, at) => {
    const us = Math.floor(Math.round(usAt(from, view, fromAt)) / 1e3) * 1e3;
    to.set(first, at);
    to.set(second, at + endAt);
    return (
      begin(us, to, at + first.length) && end(us + Math.round(seconds * 1e6), to, at + endAt + second.length)
    );
  };
}

/** Writes us2000; the minute of the value before is used again. */
function usWriter(digits: number): (us2000: number, to: Uint8Array, at: number) => boolean {
  const prefix = new Uint8Array(27);
  let minute = Number.NaN;
  return (us2000, to, at) => {
    const us = Math.round(us2000);
    if (!(us > FIRST_US && us < END_US)) return false;
    const now = Math.floor(us / US_PER_MINUTE);
    if (now !== minute) {
      writeTimeField(prefix, 0, 27, now * US_PER_MINUTE);
      minute = now;
    }
    for (let i = 0; i < PREFIX_BYTES; i++) to[at + i] = prefix[i]!;
    const rest = us - now * US_PER_MINUTE; // below 2^31
    const second = (rest / 1e6) | 0;
    let fraction = rest - second * 1e6;
    pair(to, at + 17, second);
    if (digits === 0) {
      to[at + 19] = LETTER_Z;
      return true;
    }
    to[at + 19] = POINT;
    let shown = digits;
    for (; shown > 6; shown--) to[at + 19 + shown] = ZERO;
    to[at + 20 + digits] = LETTER_Z;
    for (let n = 6; n > shown; n--) fraction = (fraction / 10) | 0;
    for (; shown > 0; shown--) {
      const tens = (fraction / 10) | 0;
      to[at + 19 + shown] = ZERO + fraction - tens * 10;
      fraction = tens;
    }
    return true;
  };
}

function pair(to: Uint8Array, at: number, n: number): void {
  const tens = (n / 10) | 0;
  to[at] = ZERO + tens;
  to[at + 1] = ZERO + n - tens * 10;
}
