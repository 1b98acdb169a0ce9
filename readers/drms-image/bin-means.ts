/** Sums of values by bin. */
export class BinMeans {
  readonly sums: Float64Array;
  readonly counts: Float64Array;

  constructor(bins: number) {
    this.sums = new Float64Array(bins);
    this.counts = new Float64Array(bins);
  }

  /** Means; NaN for a bin without values. */
  means(): Float64Array {
    return this.sums.map((sum, bin) => sum / this.counts[bin]!);
  }
}

/** `bins` + 1 edges at equal distances. */
export function equalEdges(from: number, to: number, bins: number): Float64Array {
  return Float64Array.from({ length: bins + 1 }, (_, n) => from + ((to - from) * n) / bins);
}

/** The middles between neighbouring edges. */
export function middles(edges: Float64Array): Float64Array {
  return Float64Array.from({ length: edges.length - 1 }, (_, n) => (edges[n]! + edges[n + 1]!) / 2);
}
