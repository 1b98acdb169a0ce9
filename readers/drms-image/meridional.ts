import type { SunFrame } from "../../sun/sun-frame.js";
import { BinMeans, equalEdges, middles } from "./bin-means.js";
import { DiskRow } from "./disk-row.js";
import type { ImageProduct, PixelTreatment } from "./image-product.js";
import type { ImageShape, Reduction } from "./reduction.js";

type Meridional = Extract<ImageProduct, { kind: "meridional" }>;

const DEGREE = Math.PI / 180;

/** Longitudes between the bins, degrees. */
function longitudeEdges({ bins, carrington }: Meridional): Float64Array {
  return carrington ? equalEdges(0, 360, bins) : equalEdges(-90, 90, bins);
}

/** Longitudes of the middles of the bins, degrees: west of the central meridian, or Carrington's. */
export function meridionalTags(product: Meridional): Float64Array {
  return middles(longitudeEdges(product));
}

/**
 * Means over meridians. Every pixel counts the same, as the observer sees it. Behind the poles the observer sees longitudes more
 * than 90 degrees from the central meridian, which have no bin but a Carrington one.
 */
export function meridionalMeans(
  product: Meridional,
  treatment: PixelTreatment,
  shape: ImageShape,
  frame: SunFrame,
): Reduction {
  const [width] = shape;
  const bins = new BinMeans(product.bins);
  const finder = new LongitudeBins(longitudeEdges(product), product.carrington ? frame.longitude : 0);
  const row = new DiskRow(frame, width, product.rmax);
  const zone = Math.sin(Math.min(90, product.within) * DEGREE);
  const { sums, counts } = bins;
  return {
    region: { start: [0, 0], size: shape },
    add(values, y) {
      for (let at = 0; at < values.length; at += width) {
        row.look(y++);
        const { first, count, sinLatitude, west, meridian, mu } = row;
        for (let i = 0; i < count; i++) {
          let value = values[at + first + i]!;
          if (Number.isNaN(value) || Math.abs(sinLatitude[i]!) > zone) continue;
          const bin = finder.find(west[i]!, meridian[i]!);
          if (bin < 0) continue;
          if (treatment.radial) value /= mu[i]!;
          sums[bin]! += value;
          counts[bin]!++;
        }
      }
    },
    result: () => bins.means(),
  };
}

/** Finds the bins of directions in a plane; asks first whether it is the last bin again or one beside it. */
class LongitudeBins {
  readonly #bins: number;
  readonly #begin: number;
  readonly #width: number;
  readonly #wraps: boolean;
  /** Of the edges, relative to the central meridian. */
  readonly #sin: Float64Array;
  readonly #cos: Float64Array;
  #last = 0;

  /**
   * @param edges degrees, at equal distances of less than 180
   * @param central longitude of the central meridian, degrees
   */
  constructor(edges: Float64Array, central: number) {
    this.#bins = edges.length - 1;
    this.#begin = edges[0]! - central;
    this.#width = edges[1]! - edges[0]!;
    this.#wraps = this.#bins * this.#width > 359;
    this.#sin = edges.map((edge) => Math.sin((edge - central) * DEGREE));
    this.#cos = edges.map((edge) => Math.cos((edge - central) * DEGREE));
  }

  /** The bin of the direction (cos L, sin L) times any positive number; -1 where there is none. */
  find(west: number, meridian: number): number {
    const last = this.#last;
    if (this.#has(last, west, meridian)) return last;
    for (const beside of [last + 1, last - 1])
      if (beside >= 0 && beside < this.#bins && this.#has(beside, west, meridian)) {
        this.#last = beside;
        return beside;
      }
    const turned = Math.atan2(west, meridian) / DEGREE - this.#begin;
    const bin = Math.floor((this.#wraps ? turned - 360 * Math.floor(turned / 360) : turned) / this.#width);
    // The sum of rounded widths may reach the end of the circle.
    const found = this.#wraps ? Math.min(bin, this.#bins - 1) : bin;
    if (found < 0 || found >= this.#bins) return -1;
    this.#last = found;
    return found;
  }

  /** Whether the direction is at or past the bin's first edge and before its second. */
  #has(bin: number, west: number, meridian: number): boolean {
    return (
      west * this.#cos[bin]! - meridian * this.#sin[bin]! >= 0 &&
      west * this.#cos[bin + 1]! - meridian * this.#sin[bin + 1]! < 0
    );
  }
}
