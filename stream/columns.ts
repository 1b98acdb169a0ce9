import { DasError } from "../errors/das-error.js";
import type { PacketBatch, Plane } from "./model.js";
import { isBlankOrBad, readReal, writeExponential } from "./number-field.js";
import { parseTime, timeToUs2000 } from "./time.js";
import { readTimeField, readTimeFieldExact } from "./time-field.js";
import { writeTimeField } from "./time-field-writer.js";
import { durationSeconds, epochUnit } from "./units.js";
import type { ValueType } from "./value-type.js";

/**
 * Reads value `item` of a plane from each packet of a batch. Text is parsed; times come in the units of the
 * plane if these count from an epoch, else as us2000.
 *
 * @param item 0 to `plane.items` - 1
 * @param out at least `batch.count` values are written
 * @returns how many text fields are blank or no number; they are NaN, which counts as fill (das2-stream A6.3)
 */
export function readColumn(batch: PacketBatch, plane: Plane, item: number, out: Float64Array): number {
  const { bytes, count, header } = batch;
  const at = plane.offset + item * plane.type.width;
  return readStrided(bytes, viewAround(bytes), plane, at, header.stride, count, out, 0);
}

/**
 * Reads all values of a plane, packet by packet: value `item` of packet `n` is `out[n * plane.items + item]`.
 *
 * @param out at least `batch.count * plane.items` values are written
 * @returns as {@link readColumn}
 */
export function readPlane(batch: PacketBatch, plane: Plane, out: Float64Array): number {
  if (plane.items === 1) return readColumn(batch, plane, 0, out);
  const { bytes, count, header } = batch;
  const view = viewAround(bytes);
  const { width } = plane.type;
  let bad = 0;
  for (let n = 0; n < count; n++)
    bad += readStrided(
      bytes,
      view,
      plane,
      n * header.stride + plane.offset,
      width,
      plane.items,
      out,
      n * plane.items,
    );
  return bad;
}

/**
 * Reads x of each packet, in the units that {@link xUnits} names.
 *
 * @param out at least `batch.count` values are written
 * @returns as {@link readColumn}. Errors: BAD_TIME, UNSUITED_STREAM for a `base` that cannot be used
 */
export function readX(batch: PacketBatch, out: Float64Array): number {
  const plane = xOf(batch);
  const bad = readColumn(batch, plane, 0, out);
  if (plane.base === undefined) return bad;
  const zero = timeToUs2000(parseTime(plane.base, { bareYear: true }));
  const seconds = durationSeconds(plane.units);
  if (seconds === undefined)
    throw new DasError(
      "UNSUITED_STREAM",
      `x counts "${plane.units.slice(0, 40)}" from ${plane.base.slice(0, 40)}, expected a duration`,
    );
  const us = seconds * 1e6;
  for (let i = 0; i < batch.count; i++) out[i] = zero + (out[i] ?? 0) * us;
  return bad;
}

/** The units of what {@link readX} gives: those of the plane, us2000 for times that count from nothing else. */
export function xUnits(plane: Plane): string {
  if (plane.base !== undefined) return "us2000";
  return plane.type.kind === "time" && epochUnit(plane.units) === undefined ? "us2000" : plane.units;
}

/**
 * Reads x of each packet as us2000.
 *
 * @param out at least `batch.count` values are written
 * @returns as {@link readColumn}. Errors: UNSUITED_STREAM if x is no time
 */
export function readXUs2000(batch: PacketBatch, out: Float64Array): number {
  const units = xUnits(xOf(batch));
  const unit = epochUnit(units);
  if (unit === undefined)
    throw new DasError(
      "UNSUITED_STREAM",
      `x is in "${units.slice(0, 40)}", expected a unit of time such as us2000`,
    );
  const bad = readX(batch, out);
  if (unit.name !== "us2000" && unit.name !== "UTC")
    for (let i = 0; i < batch.count; i++) out[i] = unit.toUs2000(out[i] ?? 0);
  return bad;
}

/**
 * Writes one value as `type` lays it out. Text gets a blank as separator; {@link BatchBuilder.take} makes the
 * last one of a record a newline.
 *
 * @param at offset of the value in `bytes` and in `view`, which lie on the same memory
 * @param units of `value`; matter for times only: an epoch unit, else us2000 is meant
 * Errors: BAD_TYPE for a type that is read only. Source: das2-stream A6.
 */
export function writeValue(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  type: ValueType,
  value: number,
  units: string,
): void {
  const { kind, width } = type;
  if (kind === "real") {
    if (width === 8) view.setFloat64(at, value, type.littleEndian);
    else view.setFloat32(at, value, type.littleEndian);
  } else if (kind === "time") {
    if (width > 31) throw readOnly(type);
    const unit = epochUnit(units);
    writeTimeField(bytes, at, width, unit === undefined ? value : unit.toUs2000(value));
  } else if (kind === "ascii" && width >= 9) {
    // Binary64 has no more than 17 digits.
    writeExponential(bytes, at, width - 1, value, Math.min(width - 8, 16));
    bytes[at + width - 1] = 0x20;
  } else throw readOnly(type);
}

function readOnly(type: ValueType): DasError {
  return new DasError(
    "BAD_TYPE",
    `type "${type.name}" is read only (expected a real type, ascii9..127 or time5..31)`,
  );
}

function xOf(batch: PacketBatch): Plane {
  const plane = batch.header.planes[0];
  if (plane === undefined) throw new DasError("INTERNAL", "a packet without x");
  return plane;
}

/**
 * The view made last. Batches of a few packets, as interleaved ids give them, are views of one piece of input: a
 * DataView for each would cost more than to read them. One piece is kept alive by it.
 */
let lastView: DataView = new DataView(new ArrayBuffer(0));

/** A view of the whole memory that `bytes` lie in. */
function viewAround(bytes: Uint8Array): DataView {
  if (lastView.buffer !== bytes.buffer) lastView = new DataView(bytes.buffer);
  return lastView;
}

/**
 * `out[o + i]` = the value at byte `at + i * step`, for i from 0 to `count` excluded. One plain loop for each
 * layout; gives the number of bad text fields.
 */
function readStrided(
  bytes: Uint8Array,
  view: DataView,
  plane: Plane,
  at: number,
  step: number,
  count: number,
  out: Float64Array,
  o: number,
): number {
  const { type } = plane;
  const end = o + count;
  if (type.kind === "ascii") return readNumbers(bytes, at, type.width, step, count, out, o);
  if (type.kind === "time") return readTimes(bytes, at, type.width, step, count, out, o, plane.units);
  // From here on `at` counts from the start of the memory, as the view does.
  at += bytes.byteOffset;
  switch (type.kind) {
    case "real":
      if (type.width === 4) {
        if (type.littleEndian) for (let i = o; i < end; i++, at += step) out[i] = view.getFloat32(at, true);
        else for (let i = o; i < end; i++, at += step) out[i] = view.getFloat32(at, false);
      } else if (type.littleEndian)
        for (let i = o; i < end; i++, at += step) out[i] = view.getFloat64(at, true);
      else for (let i = o; i < end; i++, at += step) out[i] = view.getFloat64(at, false);
      return 0;
    case "int":
    case "uint":
      readIntegers(view, type.kind === "uint", type.width, type.littleEndian, at, step, count, out, o);
      return 0;
    default:
      return type.kind satisfies never;
  }
}

/** Extension types; 64-bit integers beyond 2^53 are rounded. Source: das2-stream A6.1. */
function readIntegers(
  view: DataView,
  unsigned: boolean,
  width: number,
  littleEndian: boolean,
  at: number,
  step: number,
  count: number,
  out: Float64Array,
  o: number,
): void {
  for (let i = o; i < o + count; i++, at += step) {
    if (width === 1) out[i] = unsigned ? view.getUint8(at) : view.getInt8(at);
    else if (width === 2)
      out[i] = unsigned ? view.getUint16(at, littleEndian) : view.getInt16(at, littleEndian);
    else if (width === 4)
      out[i] = unsigned ? view.getUint32(at, littleEndian) : view.getInt32(at, littleEndian);
    else out[i] = Number(unsigned ? view.getBigUint64(at, littleEndian) : view.getBigInt64(at, littleEndian));
  }
}

function readNumbers(
  bytes: Uint8Array,
  at: number,
  width: number,
  step: number,
  count: number,
  out: Float64Array,
  o: number,
): number {
  let bad = 0;
  for (let i = o; i < o + count; i++, at += step) {
    const value = readReal(bytes, at, at + width);
    out[i] = value;
    // NaN stands for bad text as for the word "nan", which is a value.
    if (Number.isNaN(value) && isBlankOrBad(bytes, at, at + width)) bad++;
  }
  return bad;
}

function readTimes(
  bytes: Uint8Array,
  at: number,
  width: number,
  step: number,
  count: number,
  out: Float64Array,
  o: number,
  units: string,
): number {
  const unit = epochUnit(units);
  let bad = 0;
  if (unit === undefined || unit.name === "us2000" || unit.name === "UTC") {
    for (let i = o; i < o + count; i++, at += step) {
      const us = readTimeField(bytes, at, at + width);
      out[i] = us;
      if (Number.isNaN(us)) bad++;
    }
    return bad;
  }
  // Units of nanoseconds resolve more than us2000 does, and TT2000 has leap seconds of its own.
  for (let i = o; i < o + count; i++, at += step) {
    const time = readTimeFieldExact(bytes, at, at + width, unit.name === "TT2000");
    out[i] = time === undefined ? Number.NaN : unit.fromTime(time);
    if (time === undefined) bad++;
  }
  return bad;
}
