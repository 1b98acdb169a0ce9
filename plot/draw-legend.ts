import type { Box, Canvas, Point } from "./canvas.js";
import type { Line } from "./figure.js";
import { drawText, textWidth } from "./text.js";

/** What the lines of a panel are, in its upper right corner; as many as have room. */
export function drawLegend(canvas: Canvas, box: Box, lines: readonly Line[], unit: number): void {
  const most = Math.max(1, Math.floor((box.bottom - box.top) / (unit * 1.7)) - 1);
  const shown = lines.slice(0, most);
  const labels = shown.map(({ label }) => label);
  if (shown.length < lines.length) labels[labels.length - 1] = `and ${lines.length - shown.length + 1} more`;
  const widest = Math.min(
    (box.right - box.left) / 2,
    Math.max(...labels.map((label) => textWidth(label, unit))),
  );
  const left = box.right - widest - unit * 4;
  const top = box.top + unit * 0.6;
  canvas.fill(
    {
      left: left - unit * 0.6,
      right: box.right - unit * 0.6,
      top,
      bottom: top + labels.length * unit * 1.7 + unit * 0.5,
    },
    canvas.theme.paper,
    0.8,
  );
  const { lines: colours } = canvas.theme;
  for (const [n, label] of labels.entries()) {
    const y = top + unit * 1.5 + n * unit * 1.7;
    const colour = colours[n % colours.length]!; // inside
    const sample: Point[] = [
      [left, y - unit / 2],
      [left + unit * 1.6, y - unit / 2],
    ];
    canvas.stroke([sample], Math.max(1.6, unit * 0.22), colour);
    drawText(canvas, label, [left + unit * 2.3, y], { size: unit, colour: canvas.theme.ink });
  }
}
