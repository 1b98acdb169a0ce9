import { timeOfYear, YEAR } from "./epoch.js";

/** The cameras of which the sample has images. */
export type Camera = "hmi" | "aia171" | "aia193" | "aia304";

/**
 * How a picture lies on the sky: square, gnomonic (HPLN-TAN, HPLT-TAN), with the centre of the Sun at CRPIX.
 */
export interface ImageFrame {
  /** Pixels of a side, NAXIS1 = NAXIS2. */
  readonly size: number;
  /** CDELT1 = CDELT2, arcsec. */
  readonly scale: number;
  /** CRPIX1 and CRPIX2: the first pixel is 1. */
  readonly centreX: number;
  readonly centreY: number;
  /** CROTA2, degrees: how far the picture is turned from solar north up. */
  readonly roll: number;
}

/** Pixels of a side of the cameras. */
const FULL_SIZE = 4096;

/** Scale (arcsec), centre and roll on the full detector, as headers of the instruments have them. */
const CAMERAS: Readonly<Record<Camera, readonly [number, number, number, number]>> = {
  hmi: [0.504_042, 2037.5, 2053.8, 180.0135],
  aia171: [0.599_489, 2056.06, 2043.72, 0.0194],
  aia193: [0.600_698, 2053.46, 2046.33, 0.0153],
  aia304: [0.600_165, 2050.52, 2048.71, -0.1241],
};

/** Wander of the pointing on the full detector, pixels: thermal, once a year and once an orbit. */
const YEARLY_WANDER = 0.8;
const DAILY_WANDER = 0.25;

/**
 * The frame of a picture that is binned from the whole detector of a camera to `size` pixels a side.
 *
 * @param time DRMS time
 */
export function imageFrame(camera: Camera, time: number, size: number): ImageFrame {
  const [scale, x, y, roll] = CAMERAS[camera];
  const bin = FULL_SIZE / size;
  const year = (2 * Math.PI * (time - timeOfYear(2010.35))) / YEAR;
  const day = (2 * Math.PI * time) / 86_164.1;
  const wanderX = YEARLY_WANDER * Math.sin(year) + DAILY_WANDER * Math.sin(day);
  const wanderY = YEARLY_WANDER * Math.cos(year + 0.7) + DAILY_WANDER * Math.cos(day + 0.4);
  return {
    size,
    scale: scale * bin,
    centreX: (x + wanderX - 0.5) / bin + 0.5,
    centreY: (y + wanderY - 0.5) / bin + 0.5,
    roll: roll + 0.003 * Math.sin(year + 1.1),
  };
}
