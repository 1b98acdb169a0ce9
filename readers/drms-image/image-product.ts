/** Statistics of the pixels of an image, in the order in which they are told. */
export const SCALARS = ["mean", "rms", "std", "min", "max", "skew", "kurtosis", "flux", "count"] as const;

/** One of {@link SCALARS}. */
export type Scalar = (typeof SCALARS)[number];

/**
 * What is made of each image; plain values that can be sent to a thread. Distances `rmax` from the centre of the disk count in
 * radii of the limb, `within` in degrees.
 */
export type ImageProduct =
  /** Means over parallels, by heliographic latitude from -90 to 90 degrees; `within` of the central meridian. */
  | {
      readonly kind: "zonal";
      readonly bins: number;
      /** Whether bins are equal in the sine of the latitude, so that each is the same part of the sphere; else in the latitude. */
      readonly equalArea: boolean;
      readonly rmax: number;
      readonly within: number;
    }
  /** Means over meridians, by longitude: from -90 to 90 degrees of the central one, or 0 to 360 (Carrington); `within` of the equator. */
  | {
      readonly kind: "meridional";
      readonly bins: number;
      readonly carrington: boolean;
      readonly rmax: number;
      readonly within: number;
    }
  /** The pixels of one row or column; `at` counts from 1 as in FITS, the middle one if missing. */
  | { readonly kind: "row" | "column"; readonly at?: number }
  /** Means over circles around the centre of the disk, out to `rmax` radii of the limb, or pixel by pixel to the nearest edge. */
  | { readonly kind: "radial"; readonly bins: number; readonly rmax: number }
  | { readonly kind: "radial pixels" }
  /** Numbers of pixels by their value in [min, max). */
  | {
      readonly kind: "histogram";
      readonly bins: number;
      readonly min: number;
      readonly max: number;
      /** Whether bins are equal in the logarithm of the value; `min` is above 0 then. */
      readonly logarithmic: boolean;
    }
  /** Spatial power of a square of `box` pixels around the middle of the disk or image, by wavenumber. */
  | { readonly kind: "power"; readonly along: "circles" | "rows"; readonly box: number }
  /** Numbers of the whole image, or of the pixels within `rmax`. */
  | { readonly kind: "scalars"; readonly names: readonly Scalar[]; readonly rmax?: number };

/** What is done to the value of each pixel before. */
export interface PixelTreatment {
  /** Whether the sign is dropped. */
  readonly unsigned: boolean;
  /** Whether values along the line of sight are taken for those of a radial vector: divided by the cosine of the heliocentric angle. */
  readonly radial: boolean;
}

/** Whether a product, or what is done before, needs to know how the Sun lies in the image. */
export function needsSun(product: ImageProduct, { radial }: PixelTreatment): boolean {
  switch (product.kind) {
    case "zonal":
    case "meridional":
    case "radial":
    case "radial pixels":
      return true;
    case "scalars":
      return radial || product.rmax !== undefined || product.names.includes("flux");
    case "row":
    case "column":
    case "histogram":
    case "power":
      return false;
    default:
      return product satisfies never;
  }
}
