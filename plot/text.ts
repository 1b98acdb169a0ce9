import type { Canvas, Colour, Point } from "./canvas.js";
import { type LabelRun, labelLines } from "./label.js";
import { CAPITAL_HEIGHT, glyph } from "./stroke-font.js";

/** How a label is drawn. */
export interface TextStyle {
  /** Height of capitals, pixels. */
  readonly size: number;
  readonly colour: Colour;
  /** Thickness of lines as part of the height; missing: of normal text. */
  readonly weight?: number;
  /** Where the place of the label lies in it; missing: left. */
  readonly align?: "left" | "centre" | "right";
  /** Reads from below. */
  readonly upwards?: boolean;
}

const WEIGHT = 0.135;
/** Between base lines, of the height of capitals. */
const LINE_HEIGHT = 1.75;

/** Width of the widest line of a label, pixels. */
export function textWidth(label: string, size: number): number {
  return Math.max(0, ...labelLines(label).map((line) => lineWidth(line, size)));
}

/** Height of a label from the top of its first line to its last base line, pixels. */
export function textHeight(label: string, size: number): number {
  return size + (labelLines(label).length - 1) * size * LINE_HEIGHT;
}

function lineWidth(line: readonly LabelRun[], size: number): number {
  let widest = 0;
  layOut(line, (_run, _x, end) => {
    widest = Math.max(widest, end);
  });
  return (widest * size) / CAPITAL_HEIGHT;
}

/** Small letters stand a little apart, for their lines are not thinner. */
function advance(character: string, { size }: LabelRun): number {
  return glyph(character).advance * size + (1 - size) * 3.5;
}

/** Gives each run the place where it begins and ends, units of the font. */
function layOut(line: readonly LabelRun[], place: (run: LabelRun, x: number, end: number) => void): void {
  let at = 0;
  let saved = 0;
  for (const run of line) {
    if (run.backTo === "saved") at = saved;
    const begin = at;
    for (const character of run.text) at += advance(character, run);
    if (run.saves) saved = at;
    place(run, begin, at);
  }
}

/** Draws a label; `at` is on the base line of its first line. */
export function drawText(canvas: Canvas, label: string, [atX, atY]: Point, style: TextStyle): void {
  const { size, colour, align = "left", upwards = false, weight = WEIGHT } = style;
  const scale = size / CAPITAL_HEIGHT;
  const lines: Point[][] = [];
  for (const [number, line] of labelLines(label).entries()) {
    const shift = { left: 0, centre: 0.5, right: 1 }[align] * lineWidth(line, size);
    const drop = number * size * LINE_HEIGHT;
    layOut(line, (run, begin) => {
      let pen = begin;
      for (const character of run.text) {
        const drawn = glyph(character);
        for (const stroke of drawn.lines)
          lines.push(
            stroke.map(([x, y]) => {
              const right = (pen + x * run.size) * scale - shift;
              const up = y * run.size * scale + run.rise * size - drop;
              return upwards ? ([atX - up, atY - right] as const) : ([atX + right, atY - up] as const);
            }),
          );
        pen += advance(character, run);
      }
    });
  }
  canvas.stroke(lines, Math.max(1, size * weight), colour);
}
