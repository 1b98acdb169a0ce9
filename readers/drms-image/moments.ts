/** Number, extremes, mean and sums of the powers of the distance from the mean, of values that come in parts. */
export class Moments {
  count = 0;
  min = Number.NaN;
  max = Number.NaN;
  mean = Number.NaN;
  /** Sums of (v - mean)^2, ^3 and ^4. */
  #m2 = 0;
  #m3 = 0;
  #m4 = 0;

  /** Takes values `from` to `to`, excluded; NaN are left out. */
  add(values: Float64Array, from = 0, to = values.length): void {
    let count = 0;
    let sum = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (let i = from; i < to; i++) {
      const v = values[i]!;
      if (Number.isNaN(v)) continue;
      count++;
      sum += v;
      if (v < min) min = v;
      if (v > max) max = v;
    }
    if (count === 0) return;
    const mean = sum / count;
    let [m2, m3, m4] = [0, 0, 0];
    for (let i = from; i < to; i++) {
      const v = values[i]!;
      if (Number.isNaN(v)) continue;
      const d = v - mean;
      const square = d * d;
      m2 += square;
      m3 += square * d;
      m4 += square * square;
    }
    this.#join(count, mean, m2, m3, m4);
    this.min = this.min < min ? this.min : min;
    this.max = this.max > max ? this.max : max;
  }

  /** Sums about the common mean. Source: P. Pébay, Formulas for robust, one-pass parallel computation of covariances and moments (2008). */
  #join(n: number, mean: number, m2: number, m3: number, m4: number): void {
    const before = this.count;
    const all = before + n;
    const d = before === 0 ? 0 : mean - this.mean;
    const [a2, a3] = [this.#m2, this.#m3];
    const d2 = d * d;
    this.#m4 +=
      m4 +
      (d2 * d2 * before * n * (before * before - before * n + n * n)) / (all * all * all) +
      (6 * d2 * (before * before * m2 + n * n * a2)) / (all * all) +
      (4 * d * (before * m3 - n * a3)) / all;
    this.#m3 +=
      m3 + (d2 * d * before * n * (before - n)) / (all * all) + (3 * d * (before * m2 - n * a2)) / all;
    this.#m2 += m2 + (d2 * before * n) / all;
    this.mean = before === 0 ? mean : this.mean + (d * n) / all;
    this.count = all;
  }

  /** Root mean square of the values. */
  get rms(): number {
    return Math.sqrt(this.mean * this.mean + this.#m2 / this.count);
  }

  /** Root mean square distance from the mean. */
  get std(): number {
    return Math.sqrt(this.#m2 / this.count);
  }

  /** Third moment in units of std^3; NaN where all values are the same. */
  get skew(): number {
    return this.#m3 / this.count / this.std ** 3;
  }

  /** Excess of the fourth moment over that of a normal distribution; NaN where all values are the same. */
  get kurtosis(): number {
    return this.#m4 / this.count / (this.#m2 / this.count) ** 2 - 3;
  }
}
