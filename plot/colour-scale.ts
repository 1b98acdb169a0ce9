import type { MapName } from "./page-state.js";
import type { AxisRange } from "./ticks.js";

/** Of two values on both sides of zero the nearer is at least this part of the other, where they are called even about it. */
const EVEN = 0.25;

/** Whether a range lies on both sides of zero and is roughly even about it, so that the sign is what its colours should tell first. */
export function isSigned({ low, high, scale }: AxisRange): boolean {
  return scale === "linear" && low < 0 && high > 0 && Math.min(-low, high) >= EVEN * Math.max(-low, high);
}

/** The map that suits a range of values. */
export function suitedMap(range: AxisRange): MapName {
  return isSigned(range) ? "diverging" : "even";
}

/** The values at which the colours of a map begin and end: those of the range, but of the diverging map as far from zero at both sides. */
export function colourEnds({ low, high, scale }: AxisRange, map: MapName): AxisRange {
  if (map !== "diverging" || scale === "log" || !(low < 0 && high > 0)) return { low, high, scale };
  const most = Math.max(-low, high);
  return { low: -most, high: most, scale };
}

/** Gives a value its place among the colours of a map; -1 for none. Beyond the range it is the place of its end. */
export function colourScale(range: AxisRange, map: MapName, colours: number): (value: number) => number {
  const isLog = range.scale === "log";
  const ends = colourEnds(range, map);
  const from = isLog ? Math.log(ends.low) : ends.low;
  const perUnit = colours / ((isLog ? Math.log(ends.high) : ends.high) - from);
  const last = colours - 1;
  const { low, high } = range;
  return (value) => {
    if (!(isLog ? value > 0 : !Number.isNaN(value))) return -1;
    const inside = value < low ? low : value > high ? high : value;
    const place = Math.floor(((isLog ? Math.log(inside) : inside) - from) * perUnit);
    return place < 0 ? 0 : place > last ? last : place;
  };
}
