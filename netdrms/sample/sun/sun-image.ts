import type { ImageFrame } from "./image-frame.js";
import type { Viewpoint } from "./viewpoint.js";

/** The wavelengths of the corona of which there are pictures, angstrom. */
export type EuvWavelength = 171 | 193 | 304;

/** What a picture shows. */
export type ImageKind = "magnetogram" | "continuum" | "dopplergram" | "euv171" | "euv193" | "euv304";

/**
 * A picture as a camera of SDO would give it. Pixels are stored values, row by row from the bottom left in the frame of the
 * detector: value = BZERO + BSCALE * stored, missing where stored = BLANK.
 */
export interface SunImage {
  readonly kind: ImageKind;
  readonly view: Viewpoint;
  readonly frame: ImageFrame;
  /** 32 bits for magnetograms and Dopplergrams, else 16. */
  readonly pixels: Int32Array | Int16Array;
  readonly scaling: PixelScaling;
  /** Exposure, s; for pictures that are made of many exposures, none. */
  readonly exposure?: number;
}

/** BSCALE, BZERO, BLANK and BUNIT. */
export interface PixelScaling {
  readonly scale: number;
  readonly zero: number;
  readonly blank: number;
  readonly unit: string;
}

/** How the pictures are stored, as HMI and AIA do. */
export const SCALINGS: Readonly<Record<ImageKind, PixelScaling>> = {
  magnetogram: { scale: 0.1, zero: 0, blank: -2_147_483_648, unit: "Gauss" },
  dopplergram: { scale: 0.5, zero: 0, blank: -2_147_483_648, unit: "m/s" },
  continuum: { scale: 3, zero: 97_304, blank: -32_768, unit: "DN/s" },
  euv171: { scale: 1, zero: 0, blank: -32_768, unit: "DN" },
  euv193: { scale: 1, zero: 0, blank: -32_768, unit: "DN" },
  euv304: { scale: 1, zero: 0, blank: -32_768, unit: "DN" },
};
