import { DasError } from "../errors/das-error.js";

/** How one value is laid out in a data packet; das2-stream A6. Interned: equal types are the same object. */
export type ValueType =
  | {
      readonly kind: "real" | "int" | "uint";
      readonly name: string;
      /** Bytes of one value. */
      readonly width: 1 | 2 | 4 | 8;
      readonly littleEndian: boolean;
    }
  | {
      readonly kind: "ascii" | "time";
      readonly name: string /** Bytes of one value, separator included. */;
      readonly width: number;
    };

const interned = new Map<string, ValueType>();

function intern(type: ValueType): ValueType {
  interned.set(type.name, type);
  return type;
}

/** Big-endian binary64. */
export const REAL8: ValueType = intern({ kind: "real", name: "sun_real8", width: 8, littleEndian: false });
/** Big-endian binary32. */
export const REAL4: ValueType = intern({ kind: "real", name: "sun_real4", width: 4, littleEndian: false });
/** Little-endian binary64. */
export const LE_REAL8: ValueType = intern({
  kind: "real",
  name: "little_endian_real8",
  width: 8,
  littleEndian: true,
});
/** Little-endian binary32. */
export const LE_REAL4: ValueType = intern({
  kind: "real",
  name: "little_endian_real4",
  width: 4,
  littleEndian: true,
});
interned.set("double", REAL8);
interned.set("float", REAL4);

// Extension types that a das2C build can write: read only.
for (const [order, littleEndian] of [
  ["little", true],
  ["big", false],
] as const)
  for (const kind of ["int", "uint"] as const)
    for (const width of [1, 2, 4, 8] as const)
      intern({ kind, name: `${order}_endian_${kind}${width}`, width, littleEndian });

/** The text type `asciiN`; N = 2 to 127 on read, 9 to 24 for writers (das2-stream A6.3). */
export function asciiType(width: number): ValueType {
  return valueType(`ascii${width}`);
}

/** The text type `timeN`; N = 5 to 63 on read, 5 to 31 for writers (das2-stream A6.3). */
export function timeType(width: number): ValueType {
  return valueType(`time${width}`);
}

/**
 * The type of that name; aliases `double` and `float` give the types they stand for.
 * Errors: BAD_TYPE. Source: das2-stream A6.1, A6.3.
 */
export function valueType(name: string): ValueType {
  const known = interned.get(name);
  if (known !== undefined) return known;
  const text = /^(ascii|time)([1-9][0-9]{0,2})$/.exec(name);
  const width = Number(text?.[2]);
  if (text?.[1] === "ascii" && width >= 2 && width <= 127) return intern({ kind: "ascii", name, width });
  if (text?.[1] === "time" && width >= 5 && width <= 63) return intern({ kind: "time", name, width });
  throw new DasError(
    "BAD_TYPE",
    `type "${name.slice(0, 40)}" is not a das2 value type (expected sun_real4, sun_real8, little_endian_real4, little_endian_real8, ascii2..127 or time5..63)`,
  );
}

/** Whether values of this type are text, fixed width, separator included. */
export function isText(type: ValueType): boolean {
  return type.kind === "ascii" || type.kind === "time";
}
