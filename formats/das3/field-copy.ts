import { DasError } from "../../errors/das-error.js";
import type { Plane } from "../../stream/model.js";
import { readReal } from "../../stream/number-field.js";
import { readTimeFieldExact } from "../../stream/time-field.js";
import {
  asciiType,
  LE_REAL4,
  LE_REAL8,
  REAL4,
  REAL8,
  timeType,
  type ValueType,
  valueType,
} from "../../stream/value-type.js";
import { timeTextWriter, writeTimeText } from "../time-text-writer.js";
import { valueReader } from "../value-reader.js";
import type { Das3PacketContent, Das3Variable } from "./model.js";

/** Copies or converts one atom of a record, `from` to before `until`, to byte `at` of a das2 packet; the views lie on the same memory. */
export type AtomWriter = (
  source: Uint8Array,
  view: DataView,
  from: number,
  until: number,
  to: Uint8Array,
  toView: DataView,
  at: number,
) => void;

/** What the atoms of a variable are in das2. */
export interface Field {
  readonly type: ValueType;
  readonly units: string;
  /** Missing: the bytes are copied as they are. */
  readonly write?: AtomWriter;
}

/** Digits of the fraction of seconds, where a time is written anew. */
const FRACTION_DIGITS = 9;
const SPACE = 0x20;
/** Widths of text that a writer of das2 may use; das2-stream A6.3. */
const ASCII = { least: 9, most: 24 } as const;
const TIME = { least: 5, most: 31, longestRead: 63 } as const;

/**
 * How the atoms of a variable stand in a das2 packet: as they are where das2 has the type, else as reals; counts of nanoseconds become
 * text of times, for older clients know neither. Text of variable width becomes reals, and times of nine digits of the second.
 * Errors: NOT_IMPLEMENTED for text and blobs. Source: das2-stream A6, C4.2.
 */
export function fieldOf(variable: Das3Variable, content: Das3PacketContent): Field {
  const { semantic, units } = variable;
  const { encoding, itemBytes } = content;
  if (semantic === "string" || semantic === "blob" || encoding === "blob" || encoding === "base64")
    throw new DasError("NOT_IMPLEMENTED", `values that are a ${semantic} (${encoding}) have no das2 form`);
  const isTime = semantic === "datetime";
  if (encoding === "utf8") {
    if (semantic === "bool") throw new DasError("NOT_IMPLEMENTED", "truth values as text have no das2 form");
    if (itemBytes === undefined) return isTime ? anyTimeText(units) : anyNumberText(units);
    return isTime ? timeText(itemBytes, units) : numberText(itemBytes, units);
  }
  if (itemBytes === undefined)
    throw new DasError("BAD_HEADER", `itemBytes = * for ${encoding}, expected a number of bytes`);
  const type = binaryType(encoding, itemBytes);
  if (isTime && (units === "TT2000" || (units === "ns1970" && itemBytes === 8)))
    return asTimeText(type, units);
  return type.kind === "real" ? { type, units } : asReal(type, units);
}

/** The way to read an atom of numbers as a number; what is no number gives NaN. Errors: those of {@link fieldOf}. */
export function realReader(
  { semantic, units }: Das3Variable,
  { encoding, itemBytes }: Das3PacketContent,
): (source: Uint8Array, view: DataView, from: number, until: number) => number {
  if (semantic === "datetime")
    throw new DasError("NOT_IMPLEMENTED", `times (${units}) as coordinates of tables have no das2 form`);
  if (encoding === "utf8") return (source, _view, from, until) => readReal(source, from, until);
  const read = valueReader(binaryType(encoding, itemBytes ?? 0));
  return (source, view, from) => read(source, view, from);
}

function binaryType(encoding: string, width: number): ValueType {
  if (encoding === "BEreal") return width === 4 ? REAL4 : REAL8;
  if (encoding === "LEreal") return width === 4 ? LE_REAL4 : LE_REAL8;
  const kind = encoding === "ubyte" || encoding.endsWith("uint") ? "uint" : "int";
  return valueType(`${encoding.startsWith("LE") ? "little" : "big"}_endian_${kind}${width}`);
}

function timeText(width: number, units: string): Field {
  if (width < TIME.least || width > TIME.longestRead)
    throw new DasError(
      "BAD_HEADER",
      `a time of ${width} bytes, expected ${TIME.least} to ${TIME.longestRead}`,
    );
  // What the text counts from it says itself.
  const kept = units === "TT2000" ? units : "UTC";
  return width <= TIME.most ? { type: timeType(width), units: kept } : asTimeText(timeType(width), kept);
}

/** Text of a time that has any number of bytes. */
function anyTimeText(units: string): Field {
  const target = timeType(21 + FRACTION_DIGITS);
  const kept = units === "TT2000" ? units : "UTC";
  return {
    type: target,
    units: kept,
    write: (source, _view, from, until, to, _toView, at) => {
      const isTime = until - from <= TIME.longestRead;
      const time = isTime ? readTimeFieldExact(source, from, until) : undefined;
      writeTimeText(to, at, FRACTION_DIGITS, time);
      to[at + target.width - 1] = SPACE;
    },
  };
}

/** Text of a number that has any number of bytes. */
function anyNumberText(units: string): Field {
  return {
    type: REAL8,
    units,
    write: (source, _view, from, until, _to, toView, at) =>
      toView.setFloat64(at, readReal(source, from, until)),
  };
}

function numberText(width: number, units: string): Field {
  if (width >= ASCII.least && width <= ASCII.most) return { type: asciiType(width), units };
  if (width > ASCII.most) return anyNumberText(units);
  const type = asciiType(ASCII.least);
  const pad = ASCII.least - width;
  return {
    type,
    units,
    write: (source, _view, from, _until, to, _toView, at) => {
      for (let b = 0; b < pad; b++) to[at + b] = SPACE;
      for (let b = 0; b < width; b++) to[at + pad + b] = source[from + b]!;
    },
  };
}

/** Integers of up to 16 bits are exact in 4 bytes, of up to 32 bits in 8. */
function asReal(type: ValueType, units: string): Field {
  const read = valueReader(type);
  if (type.width <= 2)
    return {
      type: REAL4,
      units,
      write: (source, view, from, _until, _to, toView, at) => toView.setFloat32(at, read(source, view, from)),
    };
  return {
    type: REAL8,
    units,
    write: (source, view, from, _until, _to, toView, at) => toView.setFloat64(at, read(source, view, from)),
  };
}

function asTimeText(type: ValueType, units: string): Field {
  const plane: Plane = { role: "x", name: "", type, units, items: 1, offset: 0, properties: [] };
  const write = timeTextWriter(plane, FRACTION_DIGITS);
  if (write === undefined)
    throw new DasError("BAD_HEADER", `times in "${units.slice(0, 40)}", expected UTC or a unit of time`);
  const target = timeType(21 + FRACTION_DIGITS);
  return {
    type: target,
    units: units === "TT2000" && type.kind === "time" ? units : "UTC",
    write: (source, view, from, _until, to, _toView, at) => {
      write(source, view, from, to, at);
      to[at + target.width - 1] = SPACE;
    },
  };
}
