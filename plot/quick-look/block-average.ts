/** Sides of a picture, pixels. */
export interface PictureShape {
  readonly width: number;
  readonly height: number;
}

/** How many pixels of an image, in each direction, become one of a picture that is at most `size` pixels long on each side. */
export function blockSide({ width, height }: PictureShape, size: number): number {
  return Math.ceil(Math.max(width, height) / size);
}

/**
 * Averages square blocks of an image whose rows come from the first to the last. Missing pixels (NaN) are left out; a block without any
 * value is missing. Blocks begin at the first pixel; those at the other edges may be narrower. Only one row of blocks is being summed at
 * a time.
 */
export class BlockAverage {
  readonly shape: PictureShape;
  /** Averages, row by row in the order of the image. */
  readonly values: Float32Array;
  readonly #width: number;
  readonly #height: number;
  readonly #side: number;
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;
  #y = 0;

  constructor({ width, height }: PictureShape, side: number) {
    this.shape = { width: Math.ceil(width / side), height: Math.ceil(height / side) };
    this.values = new Float32Array(this.shape.width * this.shape.height);
    this.#width = width;
    this.#height = height;
    this.#side = side;
    this.#sums = new Float64Array(this.shape.width);
    this.#counts = new Uint32Array(this.shape.width);
  }

  /** Takes the next rows, whole ones. */
  add(values: Float64Array): void {
    for (let at = 0; at < values.length; at += this.#width) this.#row(values, at);
  }

  #row(values: Float64Array, at: number): void {
    const sums = this.#sums;
    const counts = this.#counts;
    const side = this.#side;
    for (let x = 0, block = 0; x < this.#width; block++) {
      const end = Math.min(x + side, this.#width);
      let sum = 0;
      let count = 0;
      for (; x < end; x++) {
        const value = values[at + x]!;
        if (Number.isNaN(value)) continue;
        sum += value;
        count++;
      }
      sums[block]! += sum;
      counts[block]! += count;
    }
    this.#y++;
    if (this.#y % side === 0 || this.#y === this.#height) this.#finish();
  }

  #finish(): void {
    const { width } = this.shape;
    const row = Math.ceil(this.#y / this.#side) - 1;
    // 0 / 0 is NaN: nothing is there.
    for (let x = 0; x < width; x++) this.values[row * width + x] = this.#sums[x]! / this.#counts[x]!;
    this.#sums.fill(0);
    this.#counts.fill(0);
  }
}
