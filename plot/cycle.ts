/** Units of angles and of hours, and what a whole turn is in them. */
const TURNS: Readonly<Record<string, number>> = {
  deg: 360,
  degree: 360,
  degrees: 360,
  "°": 360,
  rad: 2 * Math.PI,
  radian: 2 * Math.PI,
  radians: 2 * Math.PI,
  h: 24,
  hr: 24,
  hrs: 24,
  hour: 24,
  hours: 24,
};

/** Two numbers are the same turn to this part of it: 2π is written with few digits. */
const SAME = 1e-3;

/** A quantity that begins again where it ends, such as a longitude. */
export interface Cycle {
  /** A whole turn, in the units of the values. */
  readonly length: number;
  /** A step from one record to the next that is longer than this has gone the other way about. */
  readonly longest: number;
  /** Stated: whatever the values are. Else all of them lie within one turn that begins at 0 or half a turn below it. */
  readonly isStated: boolean;
}

/**
 * The cycle of a quantity, from its units and from the range that its stream states: of degrees, radians or hours with a range of exactly a
 * turn, each step of more than half of it goes the other way about. Without a range that is taken for granted only of steps of more than
 * three quarters. A range that is no turn, such as -90 to 90, says that it is no cycle: `undefined`, as for other units.
 */
export function cycleOf(
  units: string,
  range: { readonly low: number; readonly high: number } | undefined,
): Cycle | undefined {
  const name = units.trim().toLowerCase();
  const length = Object.hasOwn(TURNS, name) ? TURNS[name]! : undefined;
  if (length === undefined) return undefined;
  if (range === undefined) return { length, longest: 0.75 * length, isStated: false };
  const isTurn = Math.abs(range.high - range.low - length) <= SAME * length;
  return isTurn ? { length, longest: 0.5 * length, isStated: true } : undefined;
}

/** Whether values of this range can be a cycle: where none is stated they lie within a turn. */
export function canBeCycle({ length, isStated }: Cycle, low: number, high: number): boolean {
  if (isStated) return true;
  const slack = SAME * length;
  return (
    (low >= -slack && high <= length + slack) || (low >= -length / 2 - slack && high <= length / 2 + slack)
  );
}
