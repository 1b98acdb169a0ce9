import type { Box, Canvas } from "./canvas.js";
import { type CellGrid, NO_VALUE } from "./cell-grid.js";
import { mapColours } from "./colour-maps.js";
import { colourRange } from "./colour-range.js";
import { colourScale, suitedMap } from "./colour-scale.js";
import type { ColourAxis, PointsPanel, SpectrogramPanel } from "./figure.js";
import type { AxisRange } from "./ticks.js";
import { gapWidth } from "./x-columns.js";

/** Most cells that are looked at for the range of the colours. */
const SAMPLE = 60_000;

/** The colours of the cells that have values; `undefined` where none has one. */
export function cellColours({
  grid,
  zScale,
  zRange,
}: SpectrogramPanel | PointsPanel): ColourAxis | undefined {
  const sample: number[] = [];
  const { counts, means } = grid;
  let filled = 0;
  for (let at = 0; at < counts.length; at++) if (counts[at]! > 0) filled++;
  const every = Math.max(1, Math.floor(filled / SAMPLE));
  for (let at = 0, n = 0; at < counts.length; at++)
    if (counts[at]! > 0 && n++ % every === 0 && Number.isFinite(means[at]!)) sample.push(means[at]!);
  if (sample.length === 0) return undefined;
  const range = colourRange(Float64Array.from(sample).sort(), {
    ...(zScale === undefined ? {} : { scale: zScale }),
    ...(zRange === undefined ? {} : { range: zRange }),
  });
  // Nothing above 0 to be shown logarithmically.
  const shown = range ?? ({ low: 0.1, high: 10, scale: "log" } as const);
  return { range: shown, map: suitedMap(shown) };
}

/**
 * Draws the cells: each pixel has the colour of the mean of the cells that it shows. Between records that are no gap apart the nearer
 * one is shown; gaps, and where a record has no value, stay as the paper is.
 */
export function drawCells(
  canvas: Canvas,
  box: Box,
  x: AxisRange,
  y: AxisRange,
  { range: z, map }: ColourAxis,
  panel: SpectrogramPanel,
): void {
  const colours = mapColours(map);
  const place = colourScale(z, map, colours.length);
  const { grid } = panel;
  const { columns, rows } = grid;
  const sources = nearestColumns(panel);
  const [top, bottom] = [box.top, box.bottom];
  const rowOf = (pixel: number): number => {
    const part = (bottom - pixel) / (bottom - top);
    const value = y.scale === "log" ? y.low * (y.high / y.low) ** part : y.low + (y.high - y.low) * part;
    const at = grid.scale === "log" ? Math.log10(value) : value;
    return ((at - grid.low) / (grid.high - grid.low)) * rows;
  };
  const rowEdges = Float64Array.from({ length: bottom - top + 1 }, (_, i) => rowOf(top + i));
  for (let px = box.left; px < box.right; px++) {
    const at = (pixel: number) =>
      (x.low + ((pixel - box.left) / (box.right - box.left)) * (x.high - x.low) - columns.x(0)) /
      columns.width;
    const [from, to] = wholeCells(at(px), at(px + 1), columns.count);
    if (from >= to) continue;
    for (let py = top; py < bottom; py++) {
      // Rows count upwards, pixels downwards.
      const [low, high] = wholeCells(rowEdges[py + 1 - top]!, rowEdges[py - top]!, rows);
      const mean = meanOf(grid, sources, from, to, low, high);
      const colour = mean === undefined ? -1 : place(mean);
      if (colour >= 0) canvas.blend(px, py, colours[colour]!, 1);
    }
  }
}

/** The cells whose middle lies in a range, else the one that the middle of the range lies in. */
function wholeCells(low: number, high: number, count: number): readonly [from: number, to: number] {
  const from = Math.max(0, Math.ceil(low - 0.5));
  const to = Math.min(count, Math.ceil(high - 0.5));
  if (from < to) return [from, to];
  const one = Math.floor((low + high) / 2);
  return one >= 0 && one < count ? [one, one + 1] : [0, 0];
}

function meanOf(
  { means, counts, rows }: CellGrid,
  sources: Int32Array,
  from: number,
  to: number,
  low: number,
  high: number,
): number | undefined {
  let sum = 0;
  let n = 0;
  for (let c = from; c < to; c++)
    for (let row = low; row < high; row++) {
      const source = sources[c * rows + row]!;
      if (source < 0) continue;
      const at = source * rows + row;
      if (counts[at]! > 0) {
        sum += means[at]!;
        n++;
      }
    }
  return n === 0 ? undefined : sum / n;
}

/** For each cell the column whose value is shown there: its own, or the nearer one of its neighbours in the row; -1 for none. */
function nearestColumns({ grid, cadence, stated }: SpectrogramPanel): Int32Array {
  const { columns, rows, counts, firstX, lastX } = grid;
  const gap = gapWidth(stated, cadence);
  // A record stands for half of the usual distance to both sides.
  const reach = Math.min(
    columns.count,
    Math.round(Math.min(gap, cadence.usual ?? stated ?? 0) / 2 / columns.width),
  );
  const sources = new Int32Array(columns.count * rows).fill(-1);
  for (let row = 0; row < rows; row++) {
    let before = -1;
    for (let c = 0; c <= columns.count; c++) {
      const isEnd = c === columns.count;
      if (!isEnd && counts[c * rows + row] === 0) continue;
      const joined = before >= 0 && !isEnd && firstX[c]! - lastX[before]! <= gap;
      const middle = joined ? Math.floor((before + c) / 2) : Math.min(c - 1, before + reach);
      if (before >= 0) for (let i = before + 1; i <= middle; i++) sources[i * rows + row] = before;
      if (isEnd) break;
      const first = joined ? middle + 1 : Math.max(before < 0 ? 0 : middle + 1, c - reach);
      for (let i = first; i <= c; i++) sources[i * rows + row] = c;
      if (counts[c * rows + row] === NO_VALUE) sources[c * rows + row] = c;
      before = c;
    }
  }
  return sources;
}
