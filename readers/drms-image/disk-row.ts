import { type SunFrame, type TangentPlane, tangentPlane } from "../../sun/sun-frame.js";

const DEGREE = Math.PI / 180;
const ARCSEC = DEGREE / 3600;

/**
 * One row of an image after the other: its pixels that see the photosphere, and where on the sphere each of them looks. The line of
 * sight of a near observer is cut with the sphere, no parallel projection.
 *
 * With the latitude B and the longitude L west of the central meridian the arrays hold sin B, cos B sin L and cos B cos L; entry i
 * belongs to pixel `first + i`.
 */
export class DiskRow {
  readonly plane: TangentPlane;
  /** Distance of the observer, solar radii. */
  readonly distance: number;
  readonly sinLatitude: Float64Array;
  readonly west: Float64Array;
  readonly meridian: Float64Array;
  /** Cosine of the angle between the vertical and the direction to the observer. */
  readonly mu: Float64Array;
  /** Column of the first pixel, from 0. */
  first = 0;
  count = 0;
  readonly #sinB: number;
  readonly #cosB: number;
  readonly #width: number;
  readonly #edge: number;

  /**
   * @param width pixels of a row
   * @param rmax distance from the centre of the disk beyond which pixels are left out, radii of the limb; 1 at most
   */
  constructor(frame: SunFrame, width: number, rmax: number) {
    this.plane = tangentPlane(frame);
    this.distance = 1 / Math.sin(frame.radius * ARCSEC);
    this.#sinB = Math.sin(frame.latitude * DEGREE);
    this.#cosB = Math.cos(frame.latitude * DEGREE);
    this.#width = width;
    this.#edge = rmax * this.plane.limb;
    this.sinLatitude = new Float64Array(width);
    this.west = new Float64Array(width);
    this.meridian = new Float64Array(width);
    this.mu = new Float64Array(width);
  }

  /**
   * Goes to row `y`, from 0. The point at depth s has (tx s, ty s, D - s) on the axes west, north and to the observer; on the
   * unit sphere s (1 + t^2) = D - sqrt(1 - t^2 (D^2 - 1)).
   */
  look(y: number): void {
    const { xx, yx } = this.plane;
    const a = this.plane.x0 + this.plane.xy * y;
    const b = this.plane.y0 + this.plane.yy * y;
    this.#span(a, b);
    const { first, count, distance: d, sinLatitude, west, meridian, mu } = this;
    const [sinB, cosB] = [this.#sinB, this.#cosB];
    const d2 = d * d - 1;
    for (let i = 0; i < count; i++) {
      const x = first + i;
      const tx = a + xx * x;
      const ty = b + yx * x;
      const t2 = tx * tx + ty * ty;
      const root2 = 1 - t2 * d2;
      const s = (d - (root2 > 0 ? Math.sqrt(root2) : 0)) / (1 + t2);
      const n = ty * s;
      const r = d - s;
      west[i] = tx * s;
      sinLatitude[i] = n * cosB + r * sinB;
      meridian[i] = r * cosB - n * sinB;
      mu[i] = (d * r - 1) / (s * Math.sqrt(1 + t2));
    }
  }

  /** The pixels of the row whose t is not beyond the edge: between the roots of a square equation. */
  #span(a: number, b: number): void {
    const { xx, yx } = this.plane;
    const square = xx * xx + yx * yx;
    const middle = -(a * xx + b * yx) / square;
    const nearest = a * yx - b * xx;
    const half2 = (this.#edge * this.#edge - (nearest * nearest) / square) / square;
    const half = half2 >= 0 ? Math.sqrt(half2) : -1;
    this.first = Math.max(0, Math.ceil(middle - half));
    this.count = Math.max(0, Math.min(this.#width - 1, Math.floor(middle + half)) - this.first + 1);
  }
}
