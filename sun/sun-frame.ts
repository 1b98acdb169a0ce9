/**
 * How the Sun lies in an image whose axes are helioprojective (HPLN-TAN, HPLT-TAN), by the keywords that say so. Source: W. T.
 * Thompson, Coordinate systems for solar image data, A&A 449 (2006).
 */
export interface SunFrame {
  /** CRPIX1, CRPIX2: pixel of the reference point, the first is 1. */
  readonly pixel: readonly [number, number];
  /** CDELT1, CDELT2: arcsec a pixel. */
  readonly scale: readonly [number, number];
  /** CRVAL1, CRVAL2: the reference point, arcsec from the centre of the disk; 0 where the centre itself is meant. */
  readonly value: readonly [number, number];
  /** CROTA2: degrees from the second axis of the image to solar north. */
  readonly roll: number;
  /** RSUN_OBS: angle from the centre of the disk to the limb, arcsec. */
  readonly radius: number;
  /** CRLT_OBS: heliographic latitude of the observer, degrees. */
  readonly latitude: number;
  /** CRLN_OBS: Carrington longitude of the observer, degrees. */
  readonly longitude: number;
}

const DEGREE = Math.PI / 180;
const ARCSEC = DEGREE / 3600;

/**
 * The plane in which an image lies: pixels and tangents of the angles from the centre of the disk, west and north.
 *
 * x, y count pixels from 0; tx = x0 + xx x + xy y, ty = y0 + yx x + yy y.
 */
export interface TangentPlane {
  readonly x0: number;
  readonly xx: number;
  readonly xy: number;
  readonly y0: number;
  readonly yx: number;
  readonly yy: number;
  /** Tangent of the angle to the limb. */
  readonly limb: number;
}

/** The tangent plane of a frame. In a gnomonic projection the coordinates of the plane are the tangents themselves. */
export function tangentPlane({ pixel, scale, value, roll, radius }: SunFrame): TangentPlane {
  const [cos, sin] = [Math.cos(roll * DEGREE), Math.sin(roll * DEGREE)];
  const [dx, dy] = [scale[0] * ARCSEC, scale[1] * ARCSEC];
  const [xx, xy, yx, yy] = [dx * cos, -dy * sin, dx * sin, dy * cos];
  const [px, py] = [1 - pixel[0], 1 - pixel[1]];
  return {
    x0: value[0] * ARCSEC + xx * px + xy * py,
    xx,
    xy,
    y0: value[1] * ARCSEC + yx * px + yy * py,
    yx,
    yy,
    limb: Math.tan(radius * ARCSEC),
  };
}

/** The pixel of the centre of the disk, from 0. */
export function diskCentre(plane: TangentPlane): readonly [number, number] {
  const { x0, xx, xy, y0, yx, yy } = plane;
  const determinant = xx * yy - xy * yx;
  return [(xy * y0 - yy * x0) / determinant, (yx * x0 - xx * y0) / determinant];
}

/** Solid angle of a pixel in the middle, steradians. */
export function pixelAngle({ xx, xy, yx, yy }: TangentPlane): number {
  return Math.abs(xx * yy - xy * yx);
}
