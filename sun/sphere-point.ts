import type { SunFrame, TangentPlane } from "./sun-frame.js";

const DEGREE = Math.PI / 180;
const ARCSEC = DEGREE / 3600;

/** Where an observer sees something: tangents of the angles from the centre of the disk, west and north. */
export interface Direction {
  readonly west: number;
  readonly north: number;
}

/** A place on the photosphere, degrees; the longitude counts west from the central meridian (Stonyhurst). */
export interface SpherePoint {
  readonly latitude: number;
  readonly longitude: number;
}

/** From where the Sun is seen: of a frame the angle to the limb (arcsec) and the latitude of the observer (degrees). */
export type View = Pick<SunFrame, "radius" | "latitude">;

/**
 * Where a place on the photosphere is seen, and whether it is on the side that is. The observer is near: D solar radii away, with
 * sin(radius) = 1 / D. Source: W. T. Thompson, A&A 449 (2006), equations 11 and 15.
 */
export function directionTo(
  { latitude, longitude }: SpherePoint,
  view: View,
): Direction & { readonly isVisible: boolean } {
  const [sinB, cosB] = [Math.sin(latitude * DEGREE), Math.cos(latitude * DEGREE)];
  const [sinB0, cosB0] = [Math.sin(view.latitude * DEGREE), Math.cos(view.latitude * DEGREE)];
  const [sinL, cosL] = [Math.sin(longitude * DEGREE), Math.cos(longitude * DEGREE)];
  const distance = 1 / Math.sin(view.radius * ARCSEC);
  // On the axes west, north and to the observer.
  const x = cosB * sinL;
  const y = sinB * cosB0 - cosB * cosL * sinB0;
  const z = sinB * sinB0 + cosB * cosL * cosB0;
  return { west: x / (distance - z), north: y / (distance - z), isVisible: z * distance > 1 };
}

/** The place on the photosphere that is seen in a direction; `undefined` beyond the limb. The inverse of {@link directionTo}. */
export function pointSeen({ west, north }: Direction, view: View): SpherePoint | undefined {
  const [sinB0, cosB0] = [Math.sin(view.latitude * DEGREE), Math.cos(view.latitude * DEGREE)];
  const distance = 1 / Math.sin(view.radius * ARCSEC);
  const t2 = west * west + north * north;
  // The point at depth s has (west s, north s, D - s); on the unit sphere s (1 + t^2) = D - sqrt(1 - t^2 (D^2 - 1)).
  const root = 1 - t2 * (distance * distance - 1);
  if (root < 0) return undefined;
  const depth = (distance - Math.sqrt(root)) / (1 + t2);
  const [x, y, z] = [west * depth, north * depth, distance - depth];
  return {
    latitude: Math.asin(y * cosB0 + z * sinB0) / DEGREE,
    longitude: Math.atan2(x, z * cosB0 - y * sinB0) / DEGREE,
  };
}

/** The pixel, from 0, in which a direction is seen. */
export function pixelOf(plane: TangentPlane, { west, north }: Direction): readonly [number, number] {
  const { x0, xx, xy, y0, yx, yy } = plane;
  const determinant = xx * yy - xy * yx;
  const [dx, dy] = [west - x0, north - y0];
  return [(yy * dx - xy * dy) / determinant, (xx * dy - yx * dx) / determinant];
}

/** The direction that a pixel, from 0, sees. */
export function directionOf(plane: TangentPlane, [x, y]: readonly [number, number]): Direction {
  return {
    west: plane.x0 + plane.xx * x + plane.xy * y,
    north: plane.y0 + plane.yx * x + plane.yy * y,
  };
}
