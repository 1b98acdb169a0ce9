import { type Box, Canvas } from "./canvas.js";
import { drawColourBar, drawFrame, drawTimeAxis, drawValueAxis, drawXAxis, drawYAxis } from "./draw-axes.js";
import { drawLines, lineRange } from "./draw-lines.js";
import { drawPoints, pointRange } from "./draw-points.js";
import { cellColours, drawCells } from "./draw-spectrogram.js";
import type { Figure, LinePanel, PointsPanel, SpectrogramPanel } from "./figure.js";
import type { PictureSize } from "./picture-size.js";
import type { PictureTheme } from "./picture-theme.js";
import { drawText, textHeight, textWidth } from "./text.js";
import type { AxisRange } from "./ticks.js";

/** Height of capitals, pixels: letters grow with the picture, but slower. */
function letterHeight({ width, height }: PictureSize): number {
  return 9 * Math.min(1.8, Math.max(0.75, Math.sqrt(width / 900))) * Math.min(1, Math.max(0.7, height / 320));
}

/**
 * Where the plot begins and ends in a picture. It does not depend on the data but for whether there are colours, so that whoever gathers
 * them can do so for each column of pixels.
 */
export function plotSides(
  size: PictureSize,
  hasColours: boolean,
): { readonly left: number; readonly right: number } {
  const unit = letterHeight(size);
  return { left: Math.round(unit * 9), right: size.width - Math.round(unit * (hasColours ? 12 : 3)) };
}

/** Draws a figure. Labels may hold the escapes of das2-stream A8.5. */
export function drawFigure(figure: Figure, { width, height }: PictureSize, theme: PictureTheme): Canvas {
  const canvas = new Canvas(width, height, theme);
  const unit = letterHeight({ width, height });
  const { panels } = figure;
  const hasColours = panels.some(({ kind }) => kind !== "lines");
  const titleSize = fitted(figure.title, unit * 1.25, width * 0.94);
  const area = {
    ...plotSides({ width, height }, hasColours),
    top: Math.round(figure.title === "" ? unit * 1.6 : unit * 2.1 + textHeight(figure.title, titleSize)),
    bottom: height - Math.round(unit * 5.6),
  };
  drawText(canvas, figure.title, [(area.left + area.right) / 2, unit * 1.4 + titleSize], {
    size: titleSize,
    colour: theme.ink,
    align: "centre",
  });
  const range = figure.columns.range ?? { begin: 0, end: 1 };
  const x = { low: range.begin, high: range.end, scale: "linear" } as const;
  const gap = Math.round(unit * 1.3);
  const count = Math.max(1, panels.length);
  const each = (area.bottom - area.top - gap * (count - 1)) / count;
  for (let n = 0; n < count; n++) {
    const top = Math.round(area.top + n * (each + gap));
    const box = { left: area.left, right: area.right, top, bottom: Math.round(top + each) };
    const panel = panels[n];
    const isLast = n === count - 1;
    if (panel === undefined) {
      const middle = [(box.left + box.right) / 2, (box.top + box.bottom) / 2] as const;
      const size = fitted(figure.empty, unit * 1.2, (box.right - box.left) * 0.9);
      drawText(canvas, figure.empty, middle, { size, colour: theme.muted, align: "centre" });
    } else drawPanel(canvas, box, x, panel, unit);
    if (figure.isTime) drawTimeAxis(canvas, box, x, isLast, unit);
    else drawValueAxis(canvas, box, x, isLast, unit);
    drawFrame(canvas, box, unit);
  }
  // Below a time its dates stand: what it is counted in stands beside its clock.
  const beside = [unit * 0.8, area.bottom + unit * 2.2] as const;
  if (figure.isTime) drawText(canvas, figure.xLabel, beside, { size: unit, colour: theme.ink });
  else drawXAxis(canvas, area, figure.xLabel, height, unit);
  if (figure.note !== undefined)
    drawText(canvas, figure.note, [width - unit, height - unit * 0.6], {
      size: unit * 0.8,
      colour: theme.muted,
      align: "right",
    });
  return canvas;
}

/** A panel without its axis of x. */
function drawPanel(
  canvas: Canvas,
  box: Box,
  x: AxisRange,
  panel: LinePanel | SpectrogramPanel | PointsPanel,
  unit: number,
): void {
  if (panel.kind === "lines") {
    const y = lineRange(panel);
    drawYAxis(canvas, box, y, panel.label, unit);
    drawLines(canvas, box, x, y, panel, unit);
    return;
  }
  const colours = cellColours(panel);
  const y = panel.kind === "points" ? pointRange(panel) : gridRange(panel);
  if (colours !== undefined && panel.kind === "points") drawPoints(canvas, box, x, y, colours, panel, unit);
  if (colours !== undefined && panel.kind === "spectrogram") drawCells(canvas, box, x, y, colours, panel);
  drawYAxis(canvas, box, y, panel.yLabel, unit, false);
  if (colours !== undefined) drawColourBar(canvas, box, colours, panel.zLabel, unit);
}

/** The size at which a label has no more than a width. */
function fitted(label: string, size: number, most: number): number {
  const width = textWidth(label, size);
  return width <= most ? size : Math.max(size * 0.5, (size * most) / width);
}

function gridRange({ grid, yRange }: SpectrogramPanel) {
  const { scale } = grid;
  if (yRange !== undefined && (scale === "linear" || yRange.low > 0)) return { ...yRange, scale };
  const [low, high] = grid.low < grid.high ? [grid.low, grid.high] : [0, 1];
  return scale === "log" ? { low: 10 ** low, high: 10 ** high, scale } : { low, high, scale };
}
