/** Three components; the axes are said where one is used. */
export type Vector = readonly [number, number, number];

/** Scalar product. */
export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** `a + scale * b`. */
export function addScaled(a: Vector, b: Vector, scale: number): Vector {
  return [a[0] + scale * b[0], a[1] + scale * b[1], a[2] + scale * b[2]];
}

/** Length. */
export function norm(a: Vector): number {
  return Math.sqrt(dot(a, a));
}
