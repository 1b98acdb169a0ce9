import { diskCentre, type SunFrame, type TangentPlane, tangentPlane } from "../../sun/sun-frame.js";
import { BinMeans } from "./bin-means.js";
import type { ImageProduct } from "./image-product.js";
import type { ImageShape, Reduction } from "./reduction.js";

type Radial = Extract<ImageProduct, { kind: "radial" }>;

/** Distances of the middles of the bins from the centre of the disk, radii of the limb. */
export function radialTags({ bins, rmax }: Radial): Float64Array {
  return Float64Array.from({ length: bins }, (_, n) => ((n + 0.5) * rmax) / bins);
}

/** Means over circles around the centre of the disk: rings of equal width out to `rmax`. */
export function radialMeans({ bins, rmax }: Radial, shape: ImageShape, frame: SunFrame): Reduction {
  const plane = tangentPlane(frame);
  return ringMeans(shape, plane, { rings: bins, perUnit: bins / (rmax * plane.limb), shift: 0 });
}

/** Rings that {@link radialPixelMeans} gives: out to half of the shorter side. */
export function pixelRings([width, height]: ImageShape): number {
  return Math.max(1, Math.floor(Math.min(width, height) / 2));
}

/** Means over circles around the centre of the disk: rings of one pixel's width, the first with less than half a pixel's radius. */
export function radialPixelMeans(shape: ImageShape, frame: SunFrame): Reduction {
  const [cx, cy] = diskCentre(tangentPlane(frame));
  const plane = { x0: -cx, xx: 1, xy: 0, y0: -cy, yx: 0, yy: 1 };
  return ringMeans(shape, plane, { rings: pixelRings(shape), perUnit: 1, shift: 0.5 });
}

/** Ring = distance * perUnit + shift, rounded down. */
interface Rings {
  readonly rings: number;
  readonly perUnit: number;
  readonly shift: number;
}

function ringMeans(
  shape: ImageShape,
  { x0, xx, xy, y0, yx, yy }: Omit<TangentPlane, "limb">,
  { rings, perUnit, shift }: Rings,
): Reduction {
  const [width] = shape;
  const bins = new BinMeans(rings);
  const { sums, counts } = bins;
  return {
    region: { start: [0, 0], size: shape },
    add(values, firstRow) {
      for (let at = 0, y = firstRow; at < values.length; at += width, y++) {
        const a = x0 + xy * y;
        const b = y0 + yy * y;
        for (let x = 0; x < width; x++) {
          const value = values[at + x]!;
          const tx = a + xx * x;
          const ty = b + yx * x;
          const ring = Math.floor(Math.sqrt(tx * tx + ty * ty) * perUnit + shift);
          if (ring >= rings || Number.isNaN(value)) continue;
          sums[ring]! += value;
          counts[ring]!++;
        }
      }
    },
    result: () => bins.means(),
  };
}
