import { equalEdges, middles } from "./bin-means.js";
import type { ImageProduct } from "./image-product.js";
import type { ImageShape, Reduction } from "./reduction.js";

type Histogram = Extract<ImageProduct, { kind: "histogram" }>;

/** Values in the middle of the bins: the geometric middle where bins are equal in the logarithm. */
export function histogramTags({ bins, min, max, logarithmic }: Histogram): Float64Array {
  if (!logarithmic) return middles(equalEdges(min, max, bins));
  return middles(equalEdges(Math.log(min), Math.log(max), bins)).map(Math.exp);
}

/** Numbers of pixels by value; a bin has its lower edge. Pixels that are missing or outside [min, max) are not counted. */
export function histogram({ bins, min, max, logarithmic }: Histogram, shape: ImageShape): Reduction {
  const counts = new Float64Array(bins);
  const perUnit = logarithmic ? bins / Math.log(max / min) : bins / (max - min);
  return {
    region: { start: [0, 0], size: shape },
    add(values) {
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        if (!(value >= min && value < max)) continue;
        const bin = Math.floor((logarithmic ? Math.log(value / min) : value - min) * perUnit);
        // A value just below `max` may be rounded up to it.
        counts[bin < bins ? bin : bins - 1]!++;
      }
    },
    result: () => counts,
  };
}
