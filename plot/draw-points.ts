import type { Box, Canvas, Colour, Point } from "./canvas.js";
import { mapColours } from "./colour-maps.js";
import { colourScale } from "./colour-scale.js";
import type { ColourAxis, PointsPanel } from "./figure.js";
import { type AxisRange, fraction, niceRange } from "./ticks.js";

/** The range of y: what is suggested, else what holds all points. */
export function pointRange({ grid, yRange }: PointsPanel): AxisRange {
  const { scale } = grid;
  if (yRange !== undefined && (scale === "linear" || yRange.low > 0)) return { ...yRange, scale };
  const { range } = grid.rows;
  if (range === undefined)
    return scale === "log" ? { low: 0.1, high: 10, scale } : { low: 0, high: 1, scale };
  return scale === "log"
    ? niceRange(10 ** range.begin, 10 ** range.end, scale)
    : niceRange(range.begin, range.end, scale);
}

/** Draws a round mark in its colour wherever there are points, with a ring that stands out from every ground. */
export function drawPoints(
  canvas: Canvas,
  box: Box,
  x: AxisRange,
  y: AxisRange,
  { range, map }: ColourAxis,
  { grid }: PointsPanel,
  unit: number,
): void {
  const { means, counts, columns, rows } = grid;
  const colours = mapColours(map);
  const place = colourScale(range, map, colours.length);
  const radius = Math.max(1.5, unit * 0.3);
  // All rings lie below all marks.
  for (const isRing of [true, false])
    for (let at = 0; at < counts.length; at++) {
      const colour = counts[at] === 0 ? -1 : place(means[at]!);
      if (colour < 0) continue;
      const value = grid.y((at % rows.count) + 0.5);
      const centre: Point = [
        box.left + fraction(columns.x(Math.floor(at / rows.count) + 0.5), x) * (box.right - box.left),
        box.bottom - fraction(value, y) * (box.bottom - box.top),
      ];
      if (isRing) disc(canvas, box, centre, radius + unit * 0.08, canvas.theme.muted);
      else disc(canvas, box, centre, radius, colours[colour]!);
    }
}

/** Whole pixels of a disc, as far as it lies in a box. */
function disc(canvas: Canvas, box: Box, [x, y]: Point, radius: number, colour: Colour): void {
  for (let row = Math.ceil(y - radius - 0.5); row + 0.5 <= y + radius; row++) {
    if (row < box.top || row >= box.bottom) continue;
    const half = Math.sqrt(Math.max(0, radius ** 2 - (row + 0.5 - y) ** 2));
    const left = Math.max(box.left, x - half);
    const right = Math.min(box.right, x + half);
    if (left < right) canvas.fill({ left, right, top: row, bottom: row + 1 }, colour);
  }
}
