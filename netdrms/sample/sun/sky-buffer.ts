import { limbRadius, type Projection, projection, toPixel } from "./disk.js";
import type { ImageFrame } from "./image-frame.js";
import type { Vector } from "./vector.js";
import type { Viewpoint } from "./viewpoint.js";

/** A picture of what shines in front of and beside the Sun, to which points and clouds are added. */
export interface SkyBuffer {
  readonly frame: ImageFrame;
  readonly projection: Projection;
  readonly size: number;
  /** Brightness, row by row. */
  readonly light: Float32Array;
  /** Distance of each pixel from the middle of the disk, in radii of the disk: what the Sun hides. */
  readonly impact: Float32Array;
}

/** An empty buffer. */
export function skyBuffer(frame: ImageFrame, view: Viewpoint): SkyBuffer {
  const { size } = frame;
  const p = projection(frame, view);
  const impact = new Float32Array(size * size);
  const limb = limbRadius(p);
  for (let y = 0; y < size; y++) {
    const dy = (y - p.centreY) / limb;
    for (let x = 0; x < size; x++) {
      const dx = (x - p.centreX) / limb;
      impact[y * size + x] = Math.sqrt(dx * dx + dy * dy);
    }
  }
  return { frame, projection: p, size, light: new Float32Array(size * size), impact };
}

/** Whether the Sun hides a point (W, N, R) of the corona. */
export function isHidden(point: Vector): boolean {
  return point[2] < 0 && point[0] * point[0] + point[1] * point[1] < 1;
}

/** Adds a point of light, spread over nine pixels by the quadratic spline; nothing where the Sun hides it. */
export function addPoint(sky: SkyBuffer, point: Vector, brightness: number): void {
  if (isHidden(point)) return;
  const { size, light } = sky;
  const [px, py] = toPixel(sky.projection, point);
  const x = Math.round(px);
  const y = Math.round(py);
  if (!(x >= 1 && y >= 1 && x < size - 1 && y < size - 1)) return;
  const fx = px - x;
  const fy = py - y;
  const [left, middle, right] = [0.5 * (0.5 - fx) ** 2, 0.75 - fx * fx, 0.5 * (0.5 + fx) ** 2];
  const vertical = [0.5 * (0.5 - fy) ** 2, 0.75 - fy * fy, 0.5 * (0.5 + fy) ** 2];
  for (let row = -1; row <= 1; row++) {
    const at = (y + row) * size + x;
    const b = brightness * vertical[row + 1]!;
    light[at - 1]! += b * left;
    light[at]! += b * middle;
    light[at + 1]! += b * right;
  }
}

/**
 * Adds a round cloud of profile (1 - d^2 / 8 width^2)^4, about a Gaussian. Of a cloud behind the limb only that is seen which
 * lies beside the disk.
 *
 * @param width standard deviation, solar radii
 */
export function addCloud(sky: SkyBuffer, point: Vector, width: number, brightness: number): void {
  const { size, light, impact } = sky;
  const limb = limbRadius(sky.projection);
  const pixels2 = (width * limb) ** 2 + 0.16;
  const scaled = (brightness * (width * limb) ** 2) / pixels2;
  const [px, py] = toPixel(sky.projection, point);
  const reach = Math.sqrt(8 * pixels2);
  const behind = point[2] < 0;
  const steep = 1 / (8 * pixels2);
  for (let y = Math.max(0, Math.ceil(py - reach)); y <= Math.min(size - 1, py + reach); y++) {
    const fall = 1 - steep * (y - py) * (y - py);
    const half = Math.sqrt(Math.max(0, fall) / steep);
    const end = Math.min(size - 1, px + half);
    for (let x = Math.max(0, Math.ceil(px - half)); x <= end; x++) {
      const base = fall - steep * (x - px) * (x - px);
      if (base <= 0 || (behind && impact[y * size + x]! < 1)) continue;
      const square = base * base;
      light[y * size + x]! += scaled * square * square;
    }
  }
}
