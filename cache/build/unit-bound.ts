import { layoutOf } from "../../reducers/binning/record-layout.js";
import type { PacketHeader } from "../../stream/model.js";
import type { ValueType } from "../../stream/value-type.js";

/** Digits of a text type that binary64 sums of many samples still have to spare. */
const MOST_DIGITS = 12;

/**
 * Whether wider bins made of these records come within one unit in the last place of those made of the packets. Both sum in binary64, in
 * different orders: what that changes is far below the last place of 4-byte reals, and not of 8-byte ones.
 */
export function keepsWithinOneUnit(record: PacketHeader): boolean {
  const { main } = layoutOf(record);
  return main.planes.slice(1).every(({ type }) => isShort(type));
}

function isShort(type: ValueType): boolean {
  // Text has a sign, a point, an exponent and a separator: width - 7 digits.
  return type.kind === "ascii" ? type.width - 7 <= MOST_DIGITS : type.kind === "real" && type.width === 4;
}
