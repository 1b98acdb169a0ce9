import type { ImageFrame } from "./image-frame.js";
import type { Vector } from "./vector.js";
import { SOLAR_RADIUS, type Viewpoint } from "./viewpoint.js";

const DEGREE = Math.PI / 180;
const ARCSEC = DEGREE / 3600;

/** The axes of {@link Disk} and the projection, as numbers. */
export interface Projection {
  /** Distance of the observer, solar radii. */
  readonly distance: number;
  readonly sinB: number;
  readonly cosB: number;
  /** Pixels (0-based) = centre + matrix times the tangents of the angles from the centre of the Sun. */
  readonly centreX: number;
  readonly centreY: number;
  readonly pixelsPerUnit: number;
  readonly cosRoll: number;
  readonly sinRoll: number;
}

/** The projection of a picture from a viewpoint. */
export function projection(frame: ImageFrame, view: Viewpoint): Projection {
  return {
    distance: view.distance / SOLAR_RADIUS,
    sinB: Math.sin(view.latitude * DEGREE),
    cosB: Math.cos(view.latitude * DEGREE),
    centreX: frame.centreX - 1,
    centreY: frame.centreY - 1,
    pixelsPerUnit: 1 / (frame.scale * ARCSEC),
    cosRoll: Math.cos(frame.roll * DEGREE),
    sinRoll: Math.sin(frame.roll * DEGREE),
  };
}

/** Where a point (W, N, R; solar radii) lies in the picture, pixels from 0. */
export function toPixel(p: Projection, point: Vector): readonly [number, number] {
  const depth = p.distance - point[2];
  const x = (point[0] / depth) * p.pixelsPerUnit;
  const y = (point[1] / depth) * p.pixelsPerUnit;
  return [p.centreX + x * p.cosRoll + y * p.sinRoll, p.centreY - x * p.sinRoll + y * p.cosRoll];
}

/** Radius of the limb, pixels. */
export function limbRadius(p: Projection): number {
  return p.pixelsPerUnit / Math.sqrt(p.distance * p.distance - 1);
}

/**
 * The pixels of a picture whose centres see the photosphere, row by row, and what they see there. Directions W (west), N (north)
 * and R (to the observer) in solar radii.
 */
export interface Disk {
  readonly projection: Projection;
  /** Pixels of a side of the picture. */
  readonly size: number;
  /** Place in the picture, y * size + x; ascending. All arrays but the next two have this length. */
  readonly index: Int32Array;
  /** For each row of the picture the x of its first pixel on the disk, and that pixel's place in the arrays (size + 1 of these). */
  readonly rowX: Int32Array;
  readonly rowStart: Int32Array;
  readonly w: Float32Array;
  readonly n: Float32Array;
  readonly r: Float32Array;
  /** Cosine of the angle between the line of sight and the vertical. */
  readonly mu: Float32Array;
  readonly sinLatitude: Float32Array;
}

/** Cuts the lines of sight of all pixels with the sphere: the perspective of a near observer, not a parallel projection. */
export function disk(frame: ImageFrame, view: Viewpoint): Disk {
  const p = projection(frame, view);
  const { size } = frame;
  const limb = limbRadius(p);
  const room = Math.min(size * size, Math.ceil(Math.PI * (limb + 1) ** 2));
  const index = new Int32Array(room);
  const [w, n, r, mu] = [
    new Float32Array(room),
    new Float32Array(room),
    new Float32Array(room),
    new Float32Array(room),
  ];
  const sinLatitude = new Float32Array(room);
  const rowX = new Int32Array(size);
  const rowStart = new Int32Array(size + 1);
  const unitsPerPixel = 1 / p.pixelsPerUnit;
  const d2 = p.distance * p.distance - 1;
  let count = 0;
  for (let y = 0; y < size; y++) {
    rowStart[y] = count;
    const dy = (y - p.centreY) * unitsPerPixel;
    const half = Math.sqrt(Math.max(0, 1 / d2 - dy * dy)) * p.pixelsPerUnit;
    const first = Math.max(0, Math.ceil(p.centreX - half));
    rowX[y] = first;
    for (let x = first; x <= p.centreX + half && x < size; x++) {
      const dx = (x - p.centreX) * unitsPerPixel;
      const tx = dx * p.cosRoll - dy * p.sinRoll;
      const ty = dx * p.sinRoll + dy * p.cosRoll;
      const t2 = dx * dx + dy * dy;
      // |observer + s * direction| = 1 is a square equation for s; see toPixel for the axes. The angles are so small that
      // 1 / (1 + t^2) and sqrt(1 + t^2) are these, to 1e-9.
      const root2 = 1 - t2 * d2;
      if (root2 < 0) continue;
      const s = (p.distance - Math.sqrt(root2)) * (1 - t2 + t2 * t2);
      const pr = p.distance - s;
      index[count] = y * size + x;
      w[count] = tx * s;
      n[count] = ty * s;
      r[count] = pr;
      mu[count] = (p.distance * pr - 1) / (s * (1 + 0.5 * t2));
      sinLatitude[count] = ty * s * p.cosB + pr * p.sinB;
      count++;
    }
  }
  rowStart[size] = count;
  const cut = (a: Float32Array): Float32Array => a.subarray(0, count);
  return {
    projection: p,
    size,
    rowX,
    rowStart,
    index: index.subarray(0, count),
    w: cut(w),
    n: cut(n),
    r: cut(r),
    mu: cut(mu),
    sinLatitude: cut(sinLatitude),
  };
}

/** The point (W, N, R) of the unit sphere at a latitude and at a longitude west of the central meridian, radians. */
export function surfacePoint(p: Projection, latitude: number, west: number): Vector {
  const c = Math.cos(latitude);
  const [across, up, ahead] = [c * Math.sin(west), Math.sin(latitude), c * Math.cos(west)];
  return [across, up * p.cosB - ahead * p.sinB, up * p.sinB + ahead * p.cosB];
}
