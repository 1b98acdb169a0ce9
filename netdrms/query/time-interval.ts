import { type Slotting, slotOf } from "../values/slots.js";
import type { KeyValue } from "./record-set-query.js";

/** What rounding may do to a time that is compared in the database, s. */
const ROUNDING = 1;
const MOST = (1n << 63n) - 1n;

/**
 * The range of the column of a prime key that is a time, a little wider than asked for: slots with one more on both sides, or times.
 *
 * @param slotting missing: the key has no slots
 * @param begin DRMS time; so is `end`
 */
export function timeInterval(
  slotting: Slotting | undefined,
  begin: number,
  end: number,
): { readonly begin: KeyValue; readonly end: KeyValue } {
  if (slotting === undefined) return { begin: begin - ROUNDING, end: end + ROUNDING };
  const slots = [begin - ROUNDING, end + ROUNDING].map((time) => slotOf(slotting, time)!); // times of the calendar are finite
  const [low, high] = slots[0]! <= slots[1]! ? [slots[0]!, slots[1]!] : [slots[1]!, slots[0]!];
  return { begin: within64(low - 1n), end: within64(high + 2n) };
}

function within64(slot: bigint): bigint {
  return slot > MOST ? MOST : slot < -MOST ? -MOST : slot;
}
