import { bandsOf } from "../../plot/cell-grid.js";
import type { AxisRange } from "../../plot/ticks.js";

/** Which tags, in ascending order, each row of a picture shows, the highest row first: of row n `from[n]` to `to[n]`, excluded. */
export interface RowTags {
  readonly order: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** The tags that lie in each row; where none has its middle there, the one whose band holds it. */
export function rowTags(tags: Float64Array, y: AxisRange, rows: number): RowTags {
  const { low, high } = bandsOf(tags, y.scale);
  const order = Int32Array.from([...tags.keys()].filter((n) => Number.isFinite(low[n]!))).sort(
    (a, b) => low[a]! - low[b]!,
  );
  const from = new Int32Array(rows);
  const to = new Int32Array(rows);
  const place = (value: number) => (y.scale === "log" ? Math.log10(value) : value);
  const [bottom, top] = [place(y.low), place(y.high)];
  const step = (top - bottom) / rows;
  let first = 0;
  for (let row = rows - 1; row >= 0; row--) {
    const edge = bottom + (rows - 1 - row) * step;
    const middle = (n: number) => (low[order[n]!]! + high[order[n]!]!) / 2;
    while (first < order.length && middle(first) < edge) first++;
    let last = first;
    while (last < order.length && middle(last) < edge + step) last++;
    if (last === first) {
      // Bands are wider than rows: the one that the middle of the row lies in.
      const centre = edge + step / 2;
      const near = [first - 1, first].find(
        (n) => n >= 0 && n < order.length && low[order[n]!]! <= centre && centre < high[order[n]!]!,
      );
      from[row] = near ?? 0;
      to[row] = near === undefined ? 0 : near + 1;
    } else {
      from[row] = first;
      to[row] = last;
    }
  }
  return { order, from, to };
}
