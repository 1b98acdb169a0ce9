import { type Cycle, canBeCycle } from "../../plot/cycle.js";
import type { Cell, LineData, LineValues } from "./line-data.js";

/** The row without a value stands so near before the record behind it that the cursor does not find it, as a part of the distance. */
const BEFORE = 1e-3;

/**
 * Lines of quantities that begin again where they end, broken where they do: no line leads from 360 back to 0. The row of a break says
 * nothing of the other lines.
 */
export function withCycleBreaks({ x, lines }: LineData): LineData {
  const breaks = lines.map((line) => breaksOf(line));
  const rows = [...new Set(breaks.flatMap((places) => [...places]))].sort((a, b) => a - b);
  if (rows.length === 0) return { x, lines };
  const isBreak = new Set(rows);
  const spread = <T>(values: readonly T[], between: (n: number) => T): T[] =>
    values.flatMap((value, n) => (isBreak.has(n) ? [between(n), value] : [value]));
  return {
    x: spread(x, (n) => x[n]! - (x[n]! - x[n - 1]!) * BEFORE),
    lines: lines.map((line, at) => {
      const cells = (track: readonly Cell[]) =>
        spread<Cell>(track, (n) => (breaks[at]!.has(n) ? null : undefined));
      const { quantity, y, low, high } = line;
      return {
        quantity,
        y: cells(y),
        ...(low === undefined ? {} : { low: cells(low) }),
        ...(high === undefined ? {} : { high: cells(high) }),
      };
    }),
  };
}

/** Places of the records before which a line has begun again. */
function breaksOf({ quantity: { cycle }, y }: LineValues): ReadonlySet<number> {
  const breaks = new Set<number>();
  if (cycle === undefined || !isWithin(cycle, y)) return breaks;
  let before: Cell;
  for (const [n, value] of y.entries()) {
    if (value === undefined) continue;
    if (typeof before === "number" && value !== null && Math.abs(value - before) > cycle.longest)
      breaks.add(n);
    before = value;
  }
  return breaks;
}

function isWithin(cycle: Cycle, y: readonly Cell[]): boolean {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of y) {
    if (typeof value !== "number") continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return canBeCycle(cycle, low, high);
}
