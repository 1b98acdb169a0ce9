/** The classes of slotted keywords. Source: netdrms 1.4. */
export type SlotKind = "ts_eq" | "ts_slot" | "slot" | "carr";

/**
 * How values of a slotted keyword fall into slots. Units are those of the value: seconds since 1977.01.01_TAI for times,
 * degrees for `carr`, free for `slot`. Source: netdrms 1.6.
 */
export interface Slotting {
  readonly kind: SlotKind;
  /** Value at slot 0: the middle of its span where `round` is a whole step, its begin where `round` is 0. */
  readonly base: number;
  /** Width of a slot, not 0. */
  readonly step: number;
  /** Twice what is added before rounding down: `step` for the nearest slot. */
  readonly round: number;
}

/**
 * The slot of a value, floor((value - base + round/2) / step), half a step going up; `undefined` for a value that is not
 * finite. A missing time is an instant like any other. Source: netdrms 1.6.
 */
export function slotOf({ base, step, round }: Slotting, value: number): bigint | undefined {
  // In doubles and this order, as the archives computed the slots that they hold.
  const slot = Math.floor((value - base + round / 2) / step);
  return Number.isFinite(slot) ? BigInt(slot) : undefined;
}

/** A number of slots and whether it is other than what was asked. */
export interface SlotCount {
  /** 1 or more. */
  readonly slots: bigint;
  readonly note?: "shorterThanStep" | "noWholeSlots";
}

/** A quotient nearer than this to a whole number is that number: 0.3 s have three slots of 0.1 s. */
const NEAR_WHOLE = 1e-9;

/**
 * The slots that an extent covers, trunc(extent / step); one that is shorter than a step covers 1, with a note. `undefined`
 * where it is not finite.
 *
 * @param extent in the unit of the step
 * Source: netdrms 1.6.
 */
export function slotsOfExtent({ step }: Slotting, extent: number): SlotCount | undefined {
  const quotient = extent / Math.abs(step);
  if (!Number.isFinite(quotient)) return undefined;
  const nearest = Math.round(quotient);
  const near = Math.abs(quotient - nearest) <= NEAR_WHOLE * Math.max(1, Math.abs(nearest));
  const slots = near ? nearest : Math.trunc(quotient);
  return slots < 1 ? { slots: 1n, note: "shorterThanStep" } : { slots: BigInt(slots) };
}

/**
 * The slots that a skip steps over, round(skip / step) and at least 1, with a note where the skip is not so many whole steps.
 * `undefined` where it is not finite. Source: netdrms 4.4.
 */
export function slotsOfSkip({ step }: Slotting, skip: number): SlotCount | undefined {
  const quotient = skip / Math.abs(step);
  if (!Number.isFinite(quotient)) return undefined;
  const slots = Math.max(1, Math.round(quotient));
  const whole = Math.abs(quotient - slots) <= NEAR_WHOLE * slots;
  return whole ? { slots: BigInt(slots) } : { slots: BigInt(slots), note: "noWholeSlots" };
}
