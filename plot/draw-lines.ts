import type { Box, Canvas, Colour, Point } from "./canvas.js";
import { canBeCycle } from "./cycle.js";
import { drawLegend } from "./draw-legend.js";
import type { Line, LinePanel, Suggested } from "./figure.js";
import type { LineBins } from "./line-bins.js";
import { type AxisRange, fraction, niceRange } from "./ticks.js";
import { gapWidth } from "./x-columns.js";

/** Values above 0 over so many powers of ten are shown logarithmically where nothing is said of it. */
const LOG_SPAN = 1000;

/** The range of the values of a panel: the one that is suggested where it holds some of them, else all of them. */
export function lineRange({ lines, scale: stated, range }: LinePanel): AxisRange {
  const all = valueRange(lines, false);
  const isWide = all !== undefined && all.low > 0 && all.high / all.low > LOG_SPAN;
  const scale = stated ?? (isWide ? "log" : "linear");
  const found = scale === "log" ? valueRange(lines, true) : all;
  if (range !== undefined && (scale === "linear" || range.low > 0)) {
    const isOutside = found !== undefined && (range.high < found.low || range.low > found.high);
    if (!isOutside) return { ...range, scale };
  }
  if (found !== undefined) return niceRange(found.low, found.high, scale);
  // Nothing above 0 to be shown logarithmically, or nothing at all.
  return scale === "log" ? { low: 0.1, high: 10, scale } : { low: 0, high: 1, scale };
}

function valueRange(lines: readonly Line[], positive: boolean): Suggested | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const line of lines)
    for (const bins of [line.bins, line.low, line.high]) {
      const found = bins?.range(positive);
      if (found === undefined) continue;
      low = Math.min(low, found.low);
      high = Math.max(high, found.high);
    }
  return low <= high ? { low, high } : undefined;
}

/** Draws the lines of a panel and, where there are several, what they are. */
export function drawLines(
  canvas: Canvas,
  box: Box,
  x: AxisRange,
  y: AxisRange,
  { lines }: LinePanel,
  unit: number,
): void {
  const width = Math.max(1.2, unit * 0.16);
  const place = {
    x: (value: number) => box.left + fraction(value, x) * (box.right - box.left),
    y: (value: number) => {
      if (y.scale === "log" && !(value > 0)) return box.bottom + 100;
      const at = box.bottom - fraction(value, y) * (box.bottom - box.top);
      return Math.min(box.bottom + 1e4, Math.max(box.top - 1e4, at));
    },
  };
  const { lines: colours } = canvas.theme;
  for (const [n, line] of lines.entries()) {
    const colour = colours[n % colours.length]!; // inside
    const gap = gapWidth(line.stated, line.cadence);
    if (line.low !== undefined && line.high !== undefined)
      drawBand(canvas, box, line.low, line.high, gap, place, colour);
    const isStepped = line.style === "steps";
    canvas.stroke(linePaths(line.bins, gap, place, width, isStepped), width, colour, box);
    if (line.style === "symbols") drawSymbols(canvas, box, line.bins, place, colour, unit);
  }
  if (lines.length > 1) drawLegend(canvas, box, lines, unit);
}

interface Place {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** Whether a quantity is a cycle, by its units and by its values. */
function isCycle(bins: LineBins): boolean {
  const range = bins.cycle === undefined ? undefined : bins.range(false);
  return bins.cycle !== undefined && range !== undefined && canBeCycle(bins.cycle, range.low, range.high);
}

/** Whether the values of a column are joined to those of the column before; a cycle is not where it begins again. */
function isJoined(bins: LineBins, before: number, c: number, gap: number, isCyclic = false): boolean {
  if (isCyclic && bins.turnBetween(bins.last[before]!, bins.first[c]!) !== 0) return false;
  // What lies between two neighbouring columns is narrower than a pixel.
  if (c - before <= 1) return true;
  return bins.breaks[c] === 0 && bins.firstX[c]! - bins.lastX[before]! <= gap;
}

/** The line through the values, broken where there is a gap; values alone are dots. */
function* linePaths(
  bins: LineBins,
  gap: number,
  place: Place,
  width: number,
  isStepped: boolean,
): Generator<readonly Point[]> {
  let path: Point[] = [];
  let before = -2;
  const dots: Point[][] = [];
  const isCyclic = isCycle(bins);
  for (let c = 0; c < bins.counts.length; c++) {
    const count = bins.counts[c]!;
    if (count === 0) continue;
    if (path.length > 0 && !isJoined(bins, before, c, gap, isCyclic)) {
      yield path;
      path = [];
    }
    if (path.length === 0 && !hasNext(bins, c, gap, isCyclic)) dots.push(...dot(bins, c, place, width));
    const first: Point = [place.x(bins.firstX[c]!), place.y(bins.first[c]!)];
    const last = path.at(-1);
    if (isStepped && last !== undefined) {
      const halfway = (last[0] + first[0]) / 2;
      path.push([halfway, last[1]], [halfway, first[1]]);
    }
    path.push(first);
    if (count > 1) {
      const middle = place.x(bins.columns.x(c + 0.5));
      const ends: [Point, Point] = [
        [middle, place.y(bins.min[c]!)],
        [middle, place.y(bins.max[c]!)],
      ];
      if (isCyclic && Math.abs(bins.turns[c]!) === 1) {
        // It leaves at one end and comes back at the other.
        if (bins.turns[c] === 1) ends.reverse();
        yield [...path, ends[0]];
        path = [ends[1]];
      } else path.push(...ends);
      path.push([place.x(bins.lastX[c]!), place.y(bins.last[c]!)]);
    }
    before = c;
  }
  if (path.length > 0) yield path;
  yield* dots;
}

/** A square at each value; where they would touch, the line alone tells as much. */
function drawSymbols(
  canvas: Canvas,
  box: Box,
  bins: LineBins,
  place: Place,
  colour: Colour,
  unit: number,
): void {
  const r = Math.max(1.5, unit * 0.28);
  let free = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < bins.counts.length; c++) {
    if (bins.counts[c] === 0) continue;
    const [x, y] = [place.x(bins.firstX[c]!), place.y(bins.first[c]!)];
    if (x - r < free || y < box.top || y > box.bottom) continue;
    free = x + r;
    const square = { left: Math.max(box.left, x - r), right: Math.min(box.right, x + r) };
    canvas.fill({ ...square, top: Math.max(box.top, y - r), bottom: Math.min(box.bottom, y + r) }, colour);
  }
}

function hasNext(bins: LineBins, c: number, gap: number, isCyclic: boolean): boolean {
  for (let next = c + 1; next < bins.counts.length; next++)
    if (bins.counts[next] !== 0) return isJoined(bins, c, next, gap, isCyclic);
  return false;
}

/** A value that is joined to none would be a speck: it becomes a dot. */
function dot(bins: LineBins, c: number, place: Place, width: number): Point[][] {
  const x = place.x(bins.firstX[c]!);
  const y = place.y(bins.first[c]!);
  const r = width * 0.6;
  return [
    [
      [x - r, y],
      [x + r, y],
    ],
    [
      [x, y - r],
      [x, y + r],
    ],
  ];
}

/** The area between two lines, in the colour of the line between them. */
function drawBand(
  canvas: Canvas,
  box: Box,
  low: LineBins,
  high: LineBins,
  gap: number,
  place: Place,
  colour: Colour,
): void {
  let before = -1;
  let painted = box.left;
  for (let c = 0; c < low.counts.length; c++) {
    if (low.counts[c] === 0 || high.counts[c] === 0) continue;
    const x = place.x(low.columns.x(c + 0.5));
    const joined = before >= 0 && isJoined(low, before, c, gap);
    const from = joined ? Math.max(painted, Math.floor(place.x(low.columns.x(before + 0.5)))) : Math.floor(x);
    const [y0, y1] = [place.y(low.min[c]!), place.y(high.max[c]!)];
    const [b0, b1] = joined ? [place.y(low.min[before]!), place.y(high.max[before]!)] : [y0, y1];
    const bx = joined ? place.x(low.columns.x(before + 0.5)) : x;
    for (let px = Math.max(painted, from); px <= Math.floor(x); px++) {
      const part = x > bx ? Math.min(1, Math.max(0, (px + 0.5 - bx) / (x - bx))) : 1;
      canvas.span(px, b1 + (y1 - b1) * part, b0 + (y0 - b0) * part, box, colour, 0.25);
    }
    painted = Math.max(painted, Math.floor(x) + 1);
    before = c;
  }
}
