import { BinMeans } from "./bin-means.js";
import type { ImageProduct } from "./image-product.js";
import type { ImageShape, Reduction } from "./reduction.js";
import { diskCentre, type SunFrame, tangentPlane } from "./sun-frame.js";

type Radial = Extract<ImageProduct, { kind: "radial" }>;

/** Distances of the middles of the bins from the centre of the disk, radii of the limb. */
export function radialTags({ bins, rmax }: Radial): Float64Array {
  return Float64Array.from({ length: bins }, (_, n) => ((n + 0.5) * rmax) / bins);
}

/** Means over circles around the centre of the disk: rings of equal width out to `rmax`. */
export function radialMeans({ bins: rings, rmax }: Radial, shape: ImageShape, frame: SunFrame): Reduction {
  const { x0, xx, xy, y0, yx, yy, limb } = tangentPlane(frame);
  const bins = new BinMeans(rings);
  return ringMeans(shape, bins, rings / (rmax * limb), (x, y) => {
    const tx = x0 + xx * x + xy * y;
    const ty = y0 + yx * x + yy * y;
    return tx * tx + ty * ty;
  });
}

/** Rings that {@link radialPixelMeans} gives: out to the farther edge of the shorter side. */
export function pixelRings([width, height]: ImageShape): number {
  return Math.max(1, Math.floor(Math.min(width, height) / 2));
}

/** Means over circles around the centre of the disk: rings of one pixel's width, the first with less than half a pixel's radius. */
export function radialPixelMeans(shape: ImageShape, frame: SunFrame): Reduction {
  const [cx, cy] = diskCentre(tangentPlane(frame));
  const bins = new BinMeans(pixelRings(shape));
  return ringMeans(shape, bins, 1, (x, y) => (x - cx) * (x - cx) + (y - cy) * (y - cy), 0.5);
}

/** @param distance2 square of a pixel's distance; ring = distance * perUnit + shift, rounded down */
function ringMeans(
  shape: ImageShape,
  bins: BinMeans,
  perUnit: number,
  distance2: (x: number, y: number) => number,
  shift = 0,
): Reduction {
  const [width] = shape;
  const { sums, counts } = bins;
  return {
    region: { start: [0, 0], size: shape },
    add(values, firstRow) {
      for (let at = 0, y = firstRow; at < values.length; at += width, y++)
        for (let x = 0; x < width; x++) {
          const value = values[at + x]!;
          const ring = Math.floor(Math.sqrt(distance2(x, y)) * perUnit + shift);
          if (ring >= sums.length || Number.isNaN(value)) continue;
          sums[ring]! += value;
          counts[ring]!++;
        }
    },
    result: () => bins.means(),
  };
}
