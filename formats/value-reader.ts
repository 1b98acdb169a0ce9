import { readReal } from "../stream/number-field.js";
import type { ValueType } from "../stream/value-type.js";

/** Reads the value at byte `at`; `view` lies on the same memory as `bytes`. */
export type ValueReader = (bytes: Uint8Array, view: DataView, at: number) => number;

/**
 * The way to read numbers of a type, for loops that go value by value: text that is blank or no number gives NaN,
 * 64-bit integers beyond 2^53 are rounded. Not for `timeN`.
 */
export function valueReader(type: ValueType): ValueReader {
  const { kind, width } = type;
  switch (kind) {
    case "real": {
      const { littleEndian } = type;
      return width === 8
        ? (_bytes, view, at) => view.getFloat64(at, littleEndian)
        : (_bytes, view, at) => view.getFloat32(at, littleEndian);
    }
    case "int": {
      const { littleEndian } = type;
      if (width === 1) return (_bytes, view, at) => view.getInt8(at);
      if (width === 2) return (_bytes, view, at) => view.getInt16(at, littleEndian);
      if (width === 4) return (_bytes, view, at) => view.getInt32(at, littleEndian);
      return (_bytes, view, at) => Number(view.getBigInt64(at, littleEndian));
    }
    case "uint": {
      const { littleEndian } = type;
      if (width === 1) return (_bytes, view, at) => view.getUint8(at);
      if (width === 2) return (_bytes, view, at) => view.getUint16(at, littleEndian);
      if (width === 4) return (_bytes, view, at) => view.getUint32(at, littleEndian);
      return (_bytes, view, at) => Number(view.getBigUint64(at, littleEndian));
    }
    case "ascii":
    case "time":
      return (bytes, _view, at) => readReal(bytes, at, at + width);
    default:
      return kind satisfies never;
  }
}
