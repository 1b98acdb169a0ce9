import { labelRuns } from "./label-text.js";

/** A label as nodes: indices as `sup` and `sub`. Whatever it holds stays text. */
export function labelNodes(label: string): readonly Node[] {
  return labelRuns(label).map(({ text, rise }) => {
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
  const parts = labelRuns(label);
  // Also measuring sets the letters, and whoever drew before takes them for his own.
  context.save();
  const width = (px: number) =>
    parts.reduce((sum, { text, size }) => {
      context.font = fontOf(px * size, weight);
      return sum + context.measureText(text).width;
    }, 0);
  const full = width(fontPx);
  const px = full <= most ? fontPx : Math.max(fontPx * 0.7, (fontPx * most) / full);
  const drawn = Math.min(width(px), most);
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
