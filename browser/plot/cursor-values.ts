import type { LineData } from "./line-data.js";
import type { Part } from "./pieces.js";
import type { Quantity } from "./quantity.js";
import type { ScanTable } from "./scan-table.js";

/** A value at the cursor. */
export interface Reading {
  readonly quantity: Quantity;
  /** Missing: there is none here. */
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
}

/** A value of a spectrogram at the cursor, and the record and tag that it is of. */
export interface ScanReading {
  readonly x: number;
  readonly tag: number;
  readonly value: number;
}

/** The place of the nearest of ascending numbers; -1 for none. */
export function nearestPlace(xs: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle]! < x) low = middle + 1;
    else high = middle;
  }
  if (low === xs.length) return low - 1;
  return low > 0 && x - xs[low - 1]! <= xs[low]! - x ? low - 1 : low;
}

/** Values of lines at the record nearest to x, no further away than `reach`. */
export function readLines({ x: xs, lines }: LineData, x: number, reach: number): readonly Reading[] {
  const place = nearestPlace(xs, x);
  const isNear = place >= 0 && Math.abs(xs[place]! - x) <= reach;
  return lines.map(({ quantity, y, low, high }) => {
    if (!isNear) return { quantity };
    const number = (cell: number | null | undefined) => (typeof cell === "number" ? cell : undefined);
    const [value, least, greatest] = [number(y[place]), number(low?.[place]), number(high?.[place])];
    return {
      quantity,
      ...(value === undefined ? {} : { value }),
      ...(least === undefined ? {} : { low: least }),
      ...(greatest === undefined ? {} : { high: greatest }),
    };
  });
}

/** The value of scans at a time and tag; `undefined` where there is none. */
export function readScans(
  parts: readonly Part[],
  tables: readonly ScanTable[],
  x: number,
  y: number,
): ScanReading | undefined {
  const part = parts.find(({ span }) => x >= span.begin && x < span.end);
  for (const table of part?.piece.columns.scans ?? []) {
    if (!tables.includes(table)) continue;
    const xs = table.x.values;
    const place = nearestPlace(xs, x);
    if (place < 0 || Math.abs(xs[place]! - x) > Math.max(table.width, table.gap) / 2) continue;
    const n = nearestTag(table.tags, y);
    const value = n < 0 ? Number.NaN : table.values[place * table.tags.length + n]!;
    if (!Number.isNaN(value)) return { x: xs[place]!, tag: table.tags[n]!, value };
  }
  return undefined;
}

/** Tags come in any order. */
function nearestTag(tags: Float64Array, y: number): number {
  let best = -1;
  for (let n = 0; n < tags.length; n++)
    if (best < 0 || Math.abs(tags[n]! - y) < Math.abs(tags[best]! - y)) best = n;
  return best;
}
