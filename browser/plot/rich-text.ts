import { type LabelRun, labelLines } from "../../plot/label.js";

/** Characters as small raised ones, where there are any. */
const RAISED: Readonly<Record<string, string>> = {
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
  "-": "⁻",
  "\u2212": "⁻",
  "+": "⁺",
  ".": "·",
};

function runs(label: string): readonly LabelRun[] {
  return labelLines(label).flatMap((line, n) =>
    n === 0 ? line : [{ text: " ", size: 1, rise: 0 }, ...line],
  );
}

/** A label as plain text, its escapes understood: `V² m⁻²`. For marks of axes, names of controls, tables. */
export function labelText(label: string): string {
  return runs(label)
    .map(({ text, rise }) =>
      rise > 0 && [...text].every((c) => c in RAISED) ? [...text].map((c) => RAISED[c]).join("") : text,
    )
    .join("");
}

/** A label as nodes: indices as `sup` and `sub`. Whatever it holds stays text. */
export function labelNodes(label: string): readonly Node[] {
  return runs(label).map(({ text, rise }) => {
    if (rise === 0) return document.createTextNode(text);
    const node = document.createElement(rise > 0 ? "sup" : "sub");
    node.textContent = text;
    return node;
  });
}

/** How a label is drawn. */
export interface LabelStyle {
  readonly fontPx: number;
  readonly colour: string;
  /** Longest that it may be; a longer one is drawn smaller, then cut. */
  readonly most: number;
  readonly isUpwards?: boolean;
  readonly weight?: number;
}

/** The letters of the page. */
export function fontOf(px: number, weight = 400): string {
  return `${weight} ${px}px system-ui, sans-serif`;
}

/** Draws a label with its middle at a place; upwards it reads from below. */
export function drawLabel(
  context: CanvasRenderingContext2D,
  label: string,
  x: number,
  y: number,
  { fontPx, colour, most, isUpwards = false, weight = 400 }: LabelStyle,
): void {
  const parts = runs(label);
  const width = (px: number) =>
    parts.reduce((sum, { text, size }) => {
      context.font = fontOf(px * size, weight);
      return sum + context.measureText(text).width;
    }, 0);
  const full = width(fontPx);
  const px = full <= most ? fontPx : Math.max(fontPx * 0.7, (fontPx * most) / full);
  const drawn = Math.min(width(px), most);
  context.save();
  context.translate(x, y);
  if (isUpwards) context.rotate(-Math.PI / 2);
  context.beginPath();
  context.rect(-most / 2 - 1, -fontPx * 1.5, most + 2, fontPx * 3);
  context.clip();
  context.fillStyle = colour;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  let pen = -drawn / 2;
  for (const { text, size, rise } of parts) {
    context.font = fontOf(px * size, weight);
    context.fillText(text, pen, px * 0.35 - rise * px * 0.72);
    pen += context.measureText(text).width;
  }
  context.restore();
}
