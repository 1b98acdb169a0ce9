import type { PictureTheme } from "./picture-theme.js";

/** A colour: red, green and blue, 0 to 255 each. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A point in pixels, from the upper left corner; whole numbers are edges of pixels, halves their centres. */
export type Point = readonly [x: number, y: number];

/** A rectangle in pixels; `right` and `bottom` are excluded. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Pixels to draw on, smoothed at edges. The same calls give the same bytes on every machine that computes in binary64. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly theme: PictureTheme;
  /** Red, green and blue of each pixel, row after row. */
  readonly pixels: Uint8Array;
  /** How much of each pixel the drawing under way covers: parts that overlap must not count twice. */
  readonly #cover: Uint8Array;

  constructor(width: number, height: number, theme: PictureTheme) {
    this.width = width;
    this.height = height;
    this.theme = theme;
    this.pixels = new Uint8Array(3 * width * height);
    this.#cover = new Uint8Array(width * height);
    this.fill({ left: 0, top: 0, right: width, bottom: height }, theme.paper);
  }

  /** Fills whole pixels. */
  fill(box: Box, colour: Colour, alpha = 1): void {
    const left = Math.max(0, Math.round(box.left));
    const right = Math.min(this.width, Math.round(box.right));
    for (let y = Math.max(0, Math.round(box.top)); y < Math.min(this.height, Math.round(box.bottom)); y++)
      for (let x = left; x < right; x++) this.blend(x, y, colour, alpha);
  }

  /** Puts a colour over one pixel, which must be inside. */
  blend(x: number, y: number, [red, green, blue]: Colour, alpha: number): void {
    const { pixels } = this;
    const at = 3 * (y * this.width + x);
    pixels[at] = Math.round(pixels[at]! + (red - pixels[at]!) * alpha);
    pixels[at + 1] = Math.round(pixels[at + 1]! + (green - pixels[at + 1]!) * alpha);
    pixels[at + 2] = Math.round(pixels[at + 2]! + (blue - pixels[at + 2]!) * alpha);
  }

  /** Fills part of a column of pixels, its ends smoothed. */
  span(x: number, top: number, bottom: number, clip: Box, colour: Colour, alpha: number): void {
    if (x < clip.left || x >= clip.right) return;
    const from = Math.max(clip.top, top);
    const to = Math.min(clip.bottom, bottom);
    for (let y = Math.floor(from); y < to; y++) {
      const part = Math.min(to, y + 1) - Math.max(from, y);
      if (part > 0) this.blend(x, y, colour, alpha * part);
    }
  }

  /** Draws lines of one width with round ends and joints, as one drawing: where they cross they are no darker. */
  stroke(lines: Iterable<readonly Point[]>, width: number, colour: Colour, clip?: Box): void {
    const area = clip ?? { left: 0, top: 0, right: this.width, bottom: this.height };
    const touched = { left: area.right, top: area.bottom, right: area.left, bottom: area.top };
    for (const line of lines) {
      const [first] = line;
      if (line.length === 1 && first !== undefined) this.#segment(first, first, width, area, touched);
      for (let i = 1; i < line.length; i++) this.#segment(line[i - 1]!, line[i]!, width, area, touched);
    }
    for (let y = touched.top; y < touched.bottom; y++)
      for (let x = touched.left, at = y * this.width + x; x < touched.right; x++, at++) {
        const cover = this.#cover[at]!;
        if (cover === 0) continue;
        this.#cover[at] = 0;
        this.blend(x, y, colour, cover / 255);
      }
  }

  #segment(
    [ax, ay]: Point,
    [bx, by]: Point,
    width: number,
    area: Box,
    touched: { left: number; top: number; right: number; bottom: number },
  ): void {
    const reach = width / 2 + 0.5;
    const left = Math.max(area.left, Math.floor(Math.min(ax, bx) - reach));
    const right = Math.min(area.right, Math.ceil(Math.max(ax, bx) + reach));
    const top = Math.max(area.top, Math.floor(Math.min(ay, by) - reach));
    const bottom = Math.min(area.bottom, Math.ceil(Math.max(ay, by) + reach));
    if (!(left < right && top < bottom)) return;
    const dx = bx - ax;
    const dy = by - ay;
    const square = dx * dx + dy * dy;
    for (let y = top; y < bottom; y++) {
      // Of a long slanted line only the pixels near it are looked at.
      const [from, to] = nearRange(ax, ay, dx, dy, y + 0.5, reach, left, right);
      for (let x = from; x < to; x++) {
        const px = x + 0.5 - ax;
        const py = y + 0.5 - ay;
        const along = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square));
        const distance = Math.hypot(px - along * dx, py - along * dy);
        const cover = Math.round(255 * Math.min(1, Math.max(0, reach - distance), width));
        const at = y * this.width + x;
        if (cover > this.#cover[at]!) this.#cover[at] = cover;
      }
    }
    touched.left = Math.min(touched.left, left);
    touched.right = Math.max(touched.right, right);
    touched.top = Math.min(touched.top, top);
    touched.bottom = Math.max(touched.bottom, bottom);
  }
}

/** The pixels of a row that a line can reach. */
function nearRange(
  ax: number,
  ay: number,
  dx: number,
  dy: number,
  y: number,
  reach: number,
  left: number,
  right: number,
): readonly [from: number, to: number] {
  if (Math.abs(dy) < 1e-9) return [left, right];
  const slope = dx / dy;
  const half = reach * Math.hypot(1, slope) + Math.abs(slope) / 2;
  const middle = ax + (y - ay) * slope;
  return [Math.max(left, Math.floor(middle - half)), Math.min(right, Math.ceil(middle + half))];
}
