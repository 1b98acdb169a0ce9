import { DasError } from "../../errors/das-error.js";
import { type Direction, directionOf, directionTo, pixelOf, pointSeen } from "../../sun/sphere-point.js";
import { type SunFrame, type TangentPlane, tangentPlane } from "../../sun/sun-frame.js";
import type { CutoutOrder, CutoutPlace } from "./cutout-order.js";

/** What a cutout follows: a place on the sphere that turns with it (Carrington, degrees), or a place in the sky of the observer. */
export type CutoutTarget =
  | { readonly kind: "sphere"; readonly latitude: number; readonly longitude: number }
  | { readonly kind: "sky"; readonly direction: Direction };

/** Pixels of the box, the same for all images of a request. */
export interface BoxSize {
  readonly width: number;
  readonly height: number;
  /** From the place to the first pixel. */
  readonly left: number;
  readonly below: number;
}

/** Where the box is in one image. */
export interface PlacedBox {
  /** First pixel from 0; may lie outside. */
  readonly start: readonly [number, number];
  readonly size: readonly [number, number];
  /** Pixel of the place, from 0. */
  readonly middle: readonly [number, number];
}

const DEGREE = Math.PI / 180;
const ARCSEC = DEGREE / 3600;
/** Pixels of a side of a box. */
const MAX_SIDE = 16_384;

/**
 * What a cutout follows.
 *
 * @param frame of the image at the time for which the place was given; of the first image for Carrington longitudes
 * Errors: BAD_PARAMETER where the place is beyond the limb and is to be followed, or on the far side and is to stay.
 */
export function cutoutTarget({ place, tracks }: CutoutOrder, frame: SunFrame): CutoutTarget {
  if (place.kind === "carrlong" || place.kind === "stony") {
    const longitude = place.kind === "stony" ? place.x + frame.longitude : place.x;
    if (tracks) return { kind: "sphere", latitude: place.y, longitude };
    const seen = directionTo({ latitude: place.y, longitude: longitude - frame.longitude }, frame);
    if (!seen.isVisible)
      throw new DasError("BAD_PARAMETER", "im_patch: the place is on the far side of the Sun");
    return { kind: "sky", direction: seen };
  }
  const direction = skyDirection(place, frame);
  if (!tracks) return { kind: "sky", direction };
  const point = pointSeen(direction, frame);
  if (point === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      "im_patch: the place is beyond the limb, expected one on the disk, or t=1 for a box that stays",
    );
  return { kind: "sphere", latitude: point.latitude, longitude: point.longitude + frame.longitude };
}

function skyDirection({ kind, x, y }: CutoutPlace, frame: SunFrame): Direction {
  if (kind === "pixels") return directionOf(tangentPlane(frame), [x - 1, y - 1]);
  return { west: Math.tan(x * ARCSEC), north: Math.tan(y * ARCSEC) };
}

/**
 * The size of the box in pixels of an image: as many as go into its width in arcsec, and one; degrees are those around the middle
 * of the disk. Errors: BAD_PARAMETER for a box of more than 16384 pixels of a side. Source: export B9 (`im_patch`).
 */
export function boxSize({ box }: CutoutOrder, target: CutoutTarget, frame: SunFrame): BoxSize {
  if (box.units === "pixels") {
    const [width, height] = [side(Math.round(box.width)), side(Math.round(box.height))];
    return { width, height, left: -width / 2, below: -height / 2 };
  }
  const pixel = [Math.abs(frame.scale[0]) * ARCSEC, Math.abs(frame.scale[1]) * ARCSEC] as const;
  const [wide, high] =
    box.units === "arcsec"
      ? ([box.width * ARCSEC, box.height * ARCSEC] as const)
      : degreesInSky(box, target.kind === "sphere" ? target.latitude : 0, frame);
  const [columns, rows] = [wide / pixel[0], high / pixel[1]];
  return {
    width: side(1 + Math.trunc(columns)),
    height: side(1 + Math.trunc(rows)),
    left: -columns / 2,
    below: -rows / 2,
  };
}

function side(pixels: number): number {
  const length = Math.max(1, pixels);
  if (length <= MAX_SIDE) return length;
  throw new DasError("BAD_PARAMETER", `im_patch: a box of ${length} pixels, expected at most ${MAX_SIDE}`);
}

function degreesInSky(
  { width, height }: CutoutOrder["box"],
  latitude: number,
  frame: SunFrame,
): readonly [number, number] {
  const corner = (sign: 1 | -1): Direction =>
    directionTo({ latitude: latitude + (sign * height) / 2, longitude: (sign * width) / 2 }, frame);
  const [upper, lower] = [corner(1), corner(-1)];
  return [Math.abs(upper.west - lower.west), Math.abs(upper.north - lower.north)];
}

/** Where the box is in an image; `undefined` where its place is on the far side by then. Source: export B9 (`im_patch`). */
export function placeBox(target: CutoutTarget, size: BoxSize, frame: SunFrame): PlacedBox | undefined {
  const plane: TangentPlane = tangentPlane(frame);
  const direction = target.kind === "sky" ? target.direction : followed(target, frame);
  if (direction === undefined) return undefined;
  const middle = pixelOf(plane, direction);
  return {
    start: [Math.round(middle[0] + size.left), Math.round(middle[1] + size.below)],
    size: [size.width, size.height],
    middle,
  };
}

function followed(
  { latitude, longitude }: CutoutTarget & { readonly kind: "sphere" },
  frame: SunFrame,
): Direction | undefined {
  const seen = directionTo({ latitude, longitude: longitude - frame.longitude }, frame);
  return seen.isVisible ? seen : undefined;
}
