import type { SunFrame } from "../../sun/sun-frame.js";
import { BinMeans, equalEdges, middles } from "./bin-means.js";
import { DiskRow } from "./disk-row.js";
import type { ImageProduct, PixelTreatment } from "./image-product.js";
import type { ImageShape, Reduction } from "./reduction.js";

type Zonal = Extract<ImageProduct, { kind: "zonal" }>;

const DEGREE = Math.PI / 180;

/** Latitudes between the bins, sines, ascending. */
function sineEdges({ bins, equalArea }: Zonal): Float64Array {
  const edges = equalArea
    ? equalEdges(-1, 1, bins)
    : equalEdges(-90, 90, bins).map((latitude) => Math.sin(latitude * DEGREE));
  // The poles belong to the outermost bins, whatever rounding makes of them.
  edges[0] = Number.NEGATIVE_INFINITY;
  edges[bins] = Number.POSITIVE_INFINITY;
  return edges;
}

/** Latitudes of the middles of the bins, degrees. */
export function zonalTags({ bins, equalArea }: Zonal): Float64Array {
  if (!equalArea) return middles(equalEdges(-90, 90, bins));
  return middles(equalEdges(-1, 1, bins)).map((sine) => Math.asin(sine) / DEGREE);
}

/** Means over parallels. Every pixel counts the same, as the observer sees it. */
export function zonalMeans(
  product: Zonal,
  treatment: PixelTreatment,
  shape: ImageShape,
  frame: SunFrame,
): Reduction {
  const [width] = shape;
  const edges = sineEdges(product);
  const bins = new BinMeans(product.bins);
  const row = new DiskRow(frame, width, product.rmax);
  const { within } = product;
  const sector = Math.cos(within * DEGREE);
  const { sums, counts } = bins;
  return {
    region: { start: [0, 0], size: shape },
    add(values, y) {
      for (let at = 0; at < values.length; at += width) {
        row.look(y++);
        const { first, count, sinLatitude, west, meridian, mu } = row;
        let bin = 0;
        for (let i = 0; i < count; i++) {
          let value = values[at + first + i]!;
          if (Number.isNaN(value)) continue;
          const sine = sinLatitude[i]!;
          // Neighbours lie in the same bin or the next.
          while (sine >= edges[bin + 1]!) bin++;
          while (sine < edges[bin]!) bin--;
          if (within < 180) {
            const w = west[i]!;
            const m = meridian[i]!;
            if (m < sector * Math.sqrt(w * w + m * m)) continue;
          }
          if (treatment.radial) value /= mu[i]!;
          sums[bin]! += value;
          counts[bin]!++;
        }
      }
    },
    result: () => bins.means(),
  };
}
