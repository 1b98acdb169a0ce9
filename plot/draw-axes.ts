import type { Box, Canvas, Colour, Point } from "./canvas.js";
import { mapColours } from "./colour-maps.js";
import { colourEnds } from "./colour-scale.js";
import type { ColourAxis } from "./figure.js";
import { drawText, textWidth } from "./text.js";
import { type AxisRange, fraction, type Tick, ticks } from "./ticks.js";
import { timeTicks } from "./time-ticks.js";

// `unit` is the height of capitals in pixels everywhere here.

/** The frame around a panel. */
export function drawFrame(canvas: Canvas, { left, top, right, bottom }: Box, unit: number): void {
  const corners: Point[] = [
    [left - 0.5, top - 0.5],
    [right + 0.5, top - 0.5],
    [right + 0.5, bottom + 0.5],
    [left - 0.5, bottom + 0.5],
    [left - 0.5, top - 0.5],
  ];
  canvas.stroke([corners], Math.max(1, unit * 0.11), canvas.theme.ink);
}

/** Marks, numbers and name of the axis of y; lines across where `isRuled`. */
export function drawYAxis(
  canvas: Canvas,
  box: Box,
  range: AxisRange,
  label: string,
  unit: number,
  isRuled = true,
): void {
  const height = box.bottom - box.top;
  const marks = ticks(range, Math.max(2, Math.floor(height / (unit * 4))));
  let widest = 0;
  for (const { value, label: text } of marks) {
    const y = box.bottom - fraction(value, range) * height;
    if (y < box.top - 0.5 || y > box.bottom + 0.5) continue;
    if (isRuled && text !== undefined) hairline(canvas, [box.left, y], [box.right, y], canvas.theme.grid);
    const length = unit * (text === undefined ? 0.35 : 0.65);
    hairline(canvas, [box.left - length, y], [box.left, y], canvas.theme.ink);
    if (text === undefined) continue;
    const at = [box.left - unit * 1.05, y + unit / 2] as const;
    drawText(canvas, text, at, { size: unit, colour: canvas.theme.ink, align: "right" });
    widest = Math.max(widest, textWidth(text, unit));
  }
  const x = Math.max(unit * 1.6, box.left - unit * 2.2 - widest);
  drawName(canvas, label, x, (box.top + box.bottom) / 2, height, unit);
}

/** A name that reads from below, as small as it must be. */
function drawName(canvas: Canvas, label: string, x: number, y: number, height: number, unit: number): void {
  const width = textWidth(label, unit * 1.05);
  const size = unit * 1.05 * Math.min(1, Math.max(0.55, height / Math.max(1, width)));
  drawText(canvas, label, [x, y], { size, colour: canvas.theme.ink, align: "centre", upwards: true });
}

/** Marks of time; labels below the last panel only. */
export function drawTimeAxis(
  canvas: Canvas,
  box: Box,
  x: AxisRange,
  isLabelled: boolean,
  unit: number,
): void {
  const width = box.right - box.left;
  const marks = timeTicks(x.low, x.high, Math.max(2, Math.floor(width / (unit * 9))));
  drawXMarks(canvas, box, x, marks, isLabelled, unit);
  let free = Number.NEGATIVE_INFINITY;
  for (const { value, context } of isLabelled ? marks : []) {
    if (context === undefined) continue;
    const middle = box.left + fraction(value, x) * width;
    const half = textWidth(context, unit) / 2;
    const place = Math.min(middle, canvas.width - half - unit * 0.5);
    // A date that would stand in the one before is left off: the next shows it.
    if (place - half < free) continue;
    free = place + half + unit;
    drawText(canvas, context, [place, box.bottom + unit * 4], {
      size: unit,
      colour: canvas.theme.ink,
      align: "centre",
    });
  }
}

/** Marks of an x that is no time. */
export function drawValueAxis(
  canvas: Canvas,
  box: Box,
  x: AxisRange,
  isLabelled: boolean,
  unit: number,
): void {
  const marks = ticks(x, Math.max(2, Math.floor((box.right - box.left) / (unit * 9))));
  drawXMarks(canvas, box, x, marks, isLabelled, unit);
}

function drawXMarks(
  canvas: Canvas,
  box: Box,
  x: AxisRange,
  marks: readonly Tick[],
  isLabelled: boolean,
  unit: number,
): void {
  let free = Number.NEGATIVE_INFINITY;
  for (const { value, label } of marks) {
    const at = box.left + fraction(value, x) * (box.right - box.left);
    if (at < box.left - 0.5 || at > box.right + 0.5) continue;
    const length = unit * (label === undefined ? 0.35 : 0.65);
    hairline(canvas, [at, box.bottom], [at, box.bottom + length], canvas.theme.ink);
    if (label === undefined || !isLabelled) continue;
    const half = textWidth(label, unit) / 2;
    if (at - half < free) continue;
    free = at + half + unit * 0.6;
    drawText(canvas, label, [at, box.bottom + unit * 2.2], {
      size: unit,
      colour: canvas.theme.ink,
      align: "centre",
    });
  }
}

/** The name of x, below everything. */
export function drawXAxis(canvas: Canvas, area: Box, label: string, height: number, unit: number): void {
  const at = [(area.left + area.right) / 2, height - unit * 0.6] as const;
  drawText(canvas, label, at, { size: unit, colour: canvas.theme.ink, align: "centre" });
}

/** The colours of a spectrogram with their values, to the right of it. */
export function drawColourBar(
  canvas: Canvas,
  box: Box,
  { range: z, map }: ColourAxis,
  label: string,
  unit: number,
): void {
  const bar = {
    left: box.right + Math.round(unit * 1.4),
    right: box.right + Math.round(unit * 2.9),
    top: box.top,
    bottom: box.bottom,
  };
  const height = bar.bottom - bar.top;
  const colours = mapColours(map);
  // Along the bar values are as far apart as along an axis.
  const ends = colourEnds(z, map);
  const [first, last] = [fraction(z.low, ends), fraction(z.high, ends)];
  for (let y = 0; y < height; y++) {
    const row = { ...bar, top: bar.bottom - y - 1, bottom: bar.bottom - y };
    const part = first + ((y + 0.5) / height) * (last - first);
    canvas.fill(row, colours[Math.min(colours.length - 1, Math.floor(part * colours.length))]!);
  }
  let widest = 0;
  for (const { value, label: text } of ticks(z, Math.max(2, Math.floor(height / (unit * 4))))) {
    const y = bar.bottom - fraction(value, z) * height;
    if (y < bar.top - 0.5 || y > bar.bottom + 0.5) continue;
    hairline(
      canvas,
      [bar.right, y],
      [bar.right + unit * (text === undefined ? 0.3 : 0.55), y],
      canvas.theme.ink,
    );
    if (text === undefined) continue;
    drawText(canvas, text, [bar.right + unit * 0.95, y + unit / 2], { size: unit, colour: canvas.theme.ink });
    widest = Math.max(widest, textWidth(text, unit));
  }
  drawFrame(canvas, bar, unit);
  const x = Math.min(canvas.width - unit * 0.5, bar.right + unit * 2.9 + widest);
  drawName(canvas, label, x, (box.top + box.bottom) / 2, height, unit);
}

/** A line of one pixel, exactly on pixels where it is straight. */
function hairline(canvas: Canvas, [ax, ay]: Point, [bx, by]: Point, colour: Colour): void {
  if (ay === by) {
    const y = Math.floor(ay);
    canvas.fill({ left: Math.min(ax, bx), right: Math.max(ax, bx), top: y, bottom: y + 1 }, colour);
  } else {
    const x = Math.floor(ax);
    canvas.fill({ left: x, right: x + 1, top: Math.min(ay, by), bottom: Math.max(ay, by) }, colour);
  }
}
