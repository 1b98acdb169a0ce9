import { bandsOf } from "../../plot/cell-grid.js";
import { colourScale } from "../../plot/colour-scale.js";
import type { MapName } from "../../plot/page-state.js";
import type { Span } from "../../plot/span.js";
import { type AxisRange, fraction } from "../../plot/ticks.js";
import { colourWords } from "./colour-words.js";
import type { PointTable } from "./point-table.js";

/** Points of a table that are shown: places `from` to `to`, excluded. */
export interface PointRun {
  readonly table: PointTable;
  readonly from: number;
  readonly to: number;
}

/** How points are shown on a picture of whole pixels. */
export interface PointLook {
  readonly width: number;
  readonly height: number;
  readonly span: Span;
  readonly y: AxisRange;
  readonly z: AxisRange;
  readonly map: MapName;
  /** Half the width of a mark, pixels. */
  readonly radius: number;
  /** Around marks, so that those which are as light as the ground are seen: width in pixels, and colour as a word. */
  readonly ring?: { readonly width: number; readonly colour: number };
}

/** Pixels that a mark has for itself, on the average, where it still has a ring. */
const CROWDED = 10;

/** Colours of pixels, red in the lowest byte, 0 where nothing is; row after row. */
export type PointPixels = Uint32Array<ArrayBuffer>;

/**
 * Points as pixels: a round mark in its colour at each; where the points are those of a grid, its cells. Later records lie over earlier ones.
 */
export function pointPixels(runs: readonly PointRun[], look: PointLook): PointPixels {
  const pixels: PointPixels = new Uint32Array(look.width * look.height);
  const colours = colourWords(look.map);
  const place = colourScale(look.z, look.map, colours.length);
  const isGrid = ({ table }: PointRun) => table.rows !== undefined;
  const points = runs.reduce((sum, { from, to }) => sum + to - from, 0);
  // Where points lie over each other rings would be no rings.
  if (look.ring !== undefined && points * CROWDED < look.width * look.height) {
    const { width, colour } = look.ring;
    const draw = markOf(pixels, { ...look, radius: look.radius + width });
    // Below all marks, so that the ring of none lies over another.
    for (const run of runs) if (!isGrid(run)) drawRun(run, (value) => (place(value) < 0 ? 0 : colour), draw);
  }
  const colourOf = (value: number) => {
    const at = place(value);
    return at < 0 ? 0 : colours[at]!;
  };
  for (const run of runs) {
    const { table } = run;
    const draw = table.rows === undefined ? markOf(pixels, look) : cellOf(pixels, look, table, table.rows);
    drawRun(run, colourOf, draw);
  }
  return pixels;
}

/** Draws all points of a run that have a colour. */
function drawRun({ table, from, to }: PointRun, colourOf: (value: number) => number, draw: Draw): void {
  const [xs, ys, values] = [table.x.values, table.ys.values, table.values.values];
  for (let i = from; i < to; i++) {
    const colour = colourOf(values[i]!);
    if (colour !== 0) draw(xs[i]!, ys[i]!, colour);
  }
}

/** Draws one value. */
type Draw = (x: number, y: number, colour: number) => void;

function xOf({ width, span: { begin, end } }: PointLook): (x: number) => number {
  const perUs = width / (end - begin);
  return (x) => (x - begin) * perUs;
}

function markOf(pixels: PointPixels, look: PointLook): Draw {
  const { width, height, y: axis, radius } = look;
  const left = xOf(look);
  const reach = Math.floor(radius);
  const halves = Array.from({ length: 2 * reach + 1 }, (_, n) =>
    Math.floor(Math.sqrt(radius * radius - (n - reach) ** 2)),
  );
  return (x, y, colour) => {
    if (axis.scale === "log" && y <= 0) return;
    const px = Math.floor(left(x));
    const py = Math.floor((1 - fraction(y, axis)) * height);
    for (let n = 0; n < halves.length; n++) {
      const half = halves[n]!;
      const row = py + n - reach;
      if (row < 0 || row >= height) continue;
      const from = Math.max(0, px - half);
      const to = Math.min(width, px + half + 1);
      // A few pixels each: to fill them one by one costs less than to ask for it.
      for (let at = row * width + from, end = row * width + to; at < end; at++) pixels[at] = colour;
    }
  };
}

function cellOf(pixels: PointPixels, look: PointLook, table: PointTable, rows: Float64Array): Draw {
  const { width, height, y: axis } = look;
  const { low, high } = bandsOf(rows, axis.scale);
  const ends = { low: axis.low, high: axis.high, scale: "linear" } as const;
  const places =
    axis.scale === "log" ? { ...ends, low: Math.log10(axis.low), high: Math.log10(axis.high) } : ends;
  const edge = (value: number) =>
    Math.min(height, Math.max(0, Math.round((1 - fraction(value, places)) * height)));
  const bands = new Map(
    [...rows].map((row, n) => [row, { top: edge(high[n]!), bottom: edge(low[n]!) }] as const),
  );
  const left = xOf(look);
  const half = table.width / 2;
  return (x, y, colour) => {
    const band = bands.get(y);
    if (band === undefined || Number.isNaN(band.top)) return;
    const from = Math.max(0, Math.round(left(x - half)));
    // Narrower than a pixel it is still seen.
    const to = Math.min(width, Math.max(from + 1, Math.round(left(x + half))));
    for (let row = band.top; row < Math.max(band.top + 1, band.bottom) && row < height; row++)
      if (from < to) pixels.fill(colour, row * width + from, row * width + to);
  };
}
