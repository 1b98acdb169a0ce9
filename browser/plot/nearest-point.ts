import { type AxisRange, fraction } from "../../plot/ticks.js";
import { firstNotBelow } from "./growing-column.js";
import type { PointRun } from "./point-picture.js";

/** A point at the cursor. */
export interface PointReading {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/** Part of the axis of y that counts as near to a mark; of a grid there is a row everywhere. */
const NEAR_PART = 0.1;

/**
 * The point that is nearest to a place as it is seen; `undefined` where none is near.
 * @param y missing: whatever y has the point that is nearest in x
 * @param reach of x that counts as near
 */
export function nearestPoint(
  runs: readonly PointRun[],
  x: number,
  y: number | undefined,
  { reach, axis }: { readonly reach: number; readonly axis: AxisRange },
): PointReading | undefined {
  let best: PointReading | undefined;
  let least = Number.POSITIVE_INFINITY;
  const here = y === undefined ? undefined : fraction(y, axis);
  for (const { table, from, to } of runs) {
    const [xs, ys, values] = [table.x.values, table.ys.values, table.values.values];
    const isGrid = table.rows !== undefined;
    // Half a cell, and a little for what is computed with.
    const near = isGrid ? table.width * 0.501 : reach;
    const nearY = isGrid ? 1 : NEAR_PART;
    const last = Math.min(to, firstNotBelow(xs, x + near));
    for (let i = Math.max(from, firstNotBelow(xs, x - near)); i < last; i++) {
      const up = here === undefined ? 0 : (fraction(ys[i]!, axis) - here) / nearY;
      const distance = Math.hypot((xs[i]! - x) / near, up);
      if (!(distance < least) || (!isGrid && distance > 1)) continue;
      least = distance;
      best = { x: xs[i]!, y: ys[i]!, value: values[i]! };
    }
  }
  return best;
}
