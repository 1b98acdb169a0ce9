/**
 * The root of unity exp(-2 pi i k / n), written to `re[at]` and `im[at]`; k >= 0 and below 2^53 / 8.
 * The angle is brought into the first octant in exact integers, so that every root is right to the last bit or so
 * and symmetric roots are exactly symmetric: an error here would show as a false line in every spectrum.
 */
export function writeRoot(k: number, n: number, re: Float64Array, im: Float64Array, at: number): void {
  const eighths = 8 * (k % n);
  const octant = Math.floor(eighths / n);
  // Distance to the nearest multiple of a quarter turn, in eighths of n; at most one eighth of a turn.
  const quarter = (octant + 1) >> 1;
  const angle = ((eighths - 2 * quarter * n) * (Math.PI / 4)) / n;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  switch (quarter & 3) {
    case 0:
      re[at] = cos;
      im[at] = -sin;
      break;
    case 1:
      re[at] = -sin;
      im[at] = -cos;
      break;
    case 2:
      re[at] = -cos;
      im[at] = sin;
      break;
    default:
      re[at] = sin;
      im[at] = cos;
  }
}
