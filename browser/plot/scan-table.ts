import type { Span } from "../../plot/span.js";
import { Cadence, gapWidth } from "../../plot/x-columns.js";
import { GrowingColumn, type Places, placesIn } from "./growing-column.js";
import type { Quantity } from "./quantity.js";

/** Values of a table that are kept; of more, neighbouring records become their mean: 64 MB. */
const MOST_VALUES = 16_000_000;

/** Distances are kept to the sixteenth of an octave: neighbours of one that was rounded down meet all the same. */
const ROUNDING = 2 ** (1 / 16);

/** A quantity over x and tags of y: records of one plane, NaN where they are fill. */
export class ScanTable {
  readonly key: string;
  readonly quantity: Quantity;
  readonly y: Quantity;
  readonly tags: Float64Array;
  readonly x = new GrowingColumn();
  readonly cadence = new Cadence();
  stated: number | undefined;
  /** Records that came. */
  count = 0;
  #values = new Float32Array(4096);
  /** Records that came are in each that is kept. */
  #perRecord = 1;
  #pending = 0;

  constructor(key: string, quantity: Quantity, y: Quantity, tags: Float64Array) {
    this.key = key;
    this.quantity = quantity;
    this.y = y;
    this.tags = tags;
  }

  /** Value of tag `n` in record `i` is at `i * tags.length + n`. */
  get values(): Float32Array {
    return this.#values.subarray(0, this.x.length * this.tags.length);
  }

  /** Takes records: their x, ascending, and `tags.length` values for each. */
  add(xs: Float64Array, values: Float64Array): void {
    const width = this.tags.length;
    for (let i = 0; i < xs.length; i++) {
      this.cadence.add(xs[i]!);
      this.count++;
      if (this.#pending > 0) this.#join(xs[i]!, values, i * width);
      else this.#append(xs[i]!, values, i * width);
      this.#pending = (this.#pending + 1) % this.#perRecord;
      if (this.#pending === 0 && this.x.length * width >= MOST_VALUES) this.#halve();
    }
  }

  /** Wider than this between records is a gap, microseconds. */
  get gap(): number {
    return Math.max(gapWidth(this.stated, this.cadence), (this.cadence.usual ?? 0) * this.#perRecord * 1.6);
  }

  /** A record stands for half of this to both sides, microseconds. */
  get width(): number {
    return Math.min(this.gap, (this.cadence.kept ?? this.stated ?? 0) * this.#perRecord * ROUNDING);
  }

  /** Places of the records of a range, `to` excluded. */
  places(span: Span): Places {
    return placesIn(this.x.values, span);
  }

  #append(x: number, values: Float64Array, at: number): void {
    const width = this.tags.length;
    const start = this.x.length * width;
    if (start + width > this.#values.length) {
      const wider = new Float32Array(Math.max(start + width, 2 * this.#values.length));
      wider.set(this.#values);
      this.#values = wider;
    }
    this.x.extend(1)[0] = x;
    this.#values.set(values.subarray(at, at + width), start);
  }

  /** Adds a record to the last that is kept. */
  #join(x: number, values: Float64Array, at: number): void {
    const width = this.tags.length;
    const last = this.x.length - 1;
    const xs = this.x.values;
    const weight = 1 / (this.#pending + 1);
    xs[last]! += (x - xs[last]!) * weight;
    for (let n = 0; n < width; n++) {
      const place = last * width + n;
      this.#values[place] = joined(this.#values[place]!, values[at + n]!, weight);
    }
  }

  #halve(): void {
    const width = this.tags.length;
    const xs = this.x.values;
    const half = Math.floor(xs.length / 2);
    for (let i = 0; i < half; i++) {
      xs[i] = (xs[2 * i]! + xs[2 * i + 1]!) / 2;
      for (let n = 0; n < width; n++)
        this.#values[i * width + n] = joined(
          this.#values[2 * i * width + n]!,
          this.#values[(2 * i + 1) * width + n]!,
          0.5,
        );
    }
    const isOdd = xs.length % 2 === 1;
    if (isOdd) {
      // The last waits for its other half.
      xs[half] = xs[xs.length - 1]!;
      this.#values.copyWithin(half * width, (xs.length - 1) * width, xs.length * width);
      this.#pending = this.#perRecord;
    }
    this.x.keep(Int32Array.from({ length: half + Number(isOdd) }, (_, i) => i));
    this.#perRecord *= 2;
  }
}

/** Mean of two values, the second with a weight; of one that there is, itself. */
function joined(a: number, b: number, weight: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : a + (b - a) * weight;
}
