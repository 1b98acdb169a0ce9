import { pixelAngle, type SunFrame } from "../../sun/sun-frame.js";
import { DiskRow } from "./disk-row.js";
import type { ImageProduct, PixelTreatment, Scalar } from "./image-product.js";
import { Moments } from "./moments.js";
import type { ImageShape, Reduction } from "./reduction.js";

type Scalars = Extract<ImageProduct, { kind: "scalars" }>;

/** Radius of the photosphere, cm, as the headers of SDO have it in RSUN_REF. */
const SOLAR_RADIUS_CM = 6.96e10;

/**
 * Statistics of the pixels of an image: of all, or where the frame is known of those that see the photosphere within `rmax`.
 *
 * `flux` is the sum of |value| times the area of the photosphere that the pixel sees, in cm^2 times the unit of the values.
 */
export function scalarValues(
  product: Scalars,
  treatment: PixelTreatment,
  shape: ImageShape,
  frame: SunFrame | undefined,
): Reduction {
  const [width] = shape;
  const moments = new Moments();
  let flux = 0;
  const region = { start: [0, 0], size: shape };
  const result = (): Float64Array =>
    Float64Array.from(product.names, (name) => scalarOf(name, moments, flux * SOLAR_RADIUS_CM ** 2));
  if (frame === undefined) return { region, add: (values) => moments.add(values), result };

  const row = new DiskRow(frame, width, product.rmax ?? 1);
  const angle = pixelAngle(row.plane);
  const { radial } = treatment;
  return {
    region,
    add(values, y) {
      for (let at = 0; at < values.length; at += width) {
        row.look(y++);
        const { first, count, mu, distance } = row;
        const begin = at + first;
        for (let i = 0; i < count; i++) {
          const cosine = mu[i]!;
          if (radial) values[begin + i]! /= cosine;
          const value = values[begin + i]!;
          if (Number.isNaN(value)) continue;
          flux += (Math.abs(value) * angle * depth(distance, cosine) ** 2) / cosine;
        }
        moments.add(values, begin, begin + count);
      }
    },
    result,
  };
}

/** Distance between the observer and a point of the photosphere, solar radii: D^2 = 1 + l^2 + 2 l mu. */
function depth(distance: number, mu: number): number {
  return Math.sqrt(distance * distance - 1 + mu * mu) - mu;
}

function scalarOf(name: Scalar, moments: Moments, flux: number): number {
  switch (name) {
    case "mean":
    case "min":
    case "max":
    case "count":
    case "rms":
    case "std":
    case "skew":
    case "kurtosis":
      return moments[name];
    case "flux":
      return moments.count === 0 ? Number.NaN : flux;
    default:
      return name satisfies never;
  }
}
