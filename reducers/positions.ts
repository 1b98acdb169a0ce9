import { DasError } from "../errors/das-error.js";
import { readX, readXUs2000, writeValue } from "../stream/columns.js";
import { epochUnit } from "../stream/epoch-units.js";
import type { PacketBatch, PacketHeader, Plane } from "../stream/model.js";
import type { PlaneSpec } from "../stream/packet-header.js";
import { writeTimeField } from "../stream/time-field-writer.js";
import { durationSeconds } from "../stream/units.js";
import { asciiType, LE_REAL8, REAL8, timeType, type ValueType } from "../stream/value-type.js";

/**
 * The axis along which a packet type is binned: x as numbers in one unit, and the way back into a record.
 * Source: reducers 2.
 */
export interface PositionAxis {
  /** Whether positions are us2000; else they are in the units of x. */
  readonly epoch: boolean;
  /** The unit of positions in seconds; `undefined` where it is no time (only on an axis of {@link ownAxis}). */
  readonly unitSeconds: number | undefined;
  /** The positions of all packets of a batch into `out`. */
  readonly read: (batch: PacketBatch, out: Float64Array) => void;
  /** The x plane of the output, wide enough for computed positions. */
  readonly plane: PlaneSpec;
  /** Writes a position into the x field at `at`. */
  readonly write: (bytes: Uint8Array, view: DataView, at: number, position: number) => void;
}

/**
 * The axis of a filter whose bins are in seconds: us2000 for times, x itself for a plain duration.
 * @param widthSeconds width of the bins; a text plane gets digits enough to tell their centres apart
 * Errors: UNSUITED_STREAM where x is neither a time nor a duration.
 */
export function timeAxis(header: PacketHeader, widthSeconds: number): PositionAxis {
  const x = header.planes[0]!; // a packet header has an x plane, the first
  const digits = widthSeconds >= 1e-2 ? 3 : widthSeconds >= 1e-5 ? 6 : 9;
  if (x.base !== undefined || x.type.kind === "time" || epochUnit(x.units) !== undefined)
    return epochAxis(x, digits);
  const unitSeconds = durationSeconds(x.units);
  if (unitSeconds === undefined)
    throw new DasError(
      "UNSUITED_STREAM",
      `x of packet ${header.id} has the units "${x.units.slice(0, 40)}", expected a time or a duration`,
    );
  return numberAxis(x, unitSeconds);
}

/** The axis of a filter whose bins are in the units of x: us2000 for text times, else x itself. */
export function ownAxis(header: PacketHeader): PositionAxis {
  const x = header.planes[0]!; // as above
  return x.type.kind === "time" ? epochAxis(x, 3) : numberAxis(x, undefined);
}

function epochAxis(x: Plane, digits: 3 | 6 | 9): PositionAxis {
  const type = widerX(x.type, digits);
  // Values of an x with a base are offsets; writers give none, so the output has positions.
  const units = x.base === undefined ? x.units : "us2000";
  const { fromUs2000 } = epochUnit(units) ?? { fromUs2000: (us: number) => us };
  return {
    epoch: true,
    unitSeconds: 1e-6,
    read: readXUs2000,
    plane: { role: "x", name: x.name, type, units, items: 1, properties: x.properties },
    write:
      type.kind === "time"
        ? (bytes, _view, at, us) => writeTimeField(bytes, at, type.width, us)
        : (bytes, view, at, us) => writeValue(bytes, view, at, type, fromUs2000(us), units),
  };
}

function numberAxis(x: Plane, unitSeconds: number | undefined): PositionAxis {
  const type = widerX(x.type, 3);
  return {
    epoch: false,
    unitSeconds,
    read: readX,
    plane: { role: "x", name: x.name, type, units: x.units, items: 1, properties: x.properties },
    write: (bytes, view, at, position) => writeValue(bytes, view, at, type, position, x.units),
  };
}

/** The type for computed positions; reducers 1.2. (Older programs keep the type and lose seconds.) */
function widerX(type: ValueType, digits: 3 | 6 | 9): ValueType {
  switch (type.kind) {
    case "ascii":
      return asciiType(Math.min(Math.max(type.width, 17), 24));
    case "time":
      return type.width >= 21 + digits && type.width <= 31
        ? type
        : timeType(type.width > 31 ? 30 : 21 + digits);
    default:
      return type.littleEndian ? LE_REAL8 : REAL8;
  }
}

/**
 * Where a position stops being one: fill (-1e31) in any epoch unit lies beyond, every instant of time within.
 * Of a position x, `!(Math.abs(x) < FARTHEST)` is true for fill, infinities and NaN.
 */
export const FARTHEST = 1e25;
