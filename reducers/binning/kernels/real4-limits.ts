const BITS = new DataView(new ArrayBuffer(4));

/** The least value of binary32 that is not below `x`: of binary32 values `v`, `v >= x` is the same with it. */
export function real4From(x: number): number {
  const near = Math.fround(x);
  return near < x ? nextUp(near) : near;
}

/** The greatest value of binary32 that is not above `x`. */
export function real4UpTo(x: number): number {
  return -real4From(-x);
}

/** The next value above; `value` is below +infinity. */
function nextUp(value: number): number {
  if (value === 0) return 2 ** -149;
  BITS.setFloat32(0, value);
  // Magnitudes of one sign are ordered as their bits are.
  BITS.setInt32(0, BITS.getInt32(0) + (value > 0 ? 1 : -1));
  return BITS.getFloat32(0);
}
