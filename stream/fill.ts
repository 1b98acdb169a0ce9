import type { PacketHeader, Plane, StreamHeader } from "./model.js";
import { cascade, realFromText } from "./properties.js";

/** Fill of planes whose headers name none; das2-stream A9. */
export const DEFAULT_FILL = -1e31;

/**
 * What counts as fill. A kernel that must not call writes `v >= lo && v <= hi || v !== v`, which is the same for every
 * binary64 value `v`.
 */
export interface FillTest {
  readonly fill: number;
  /** Least value that is fill; +infinity (and `hi` -infinity) where only NaN is. */
  readonly lo: number;
  /** Greatest value that is fill. */
  readonly hi: number;
  readonly isFill: (v: number) => boolean;
}

/**
 * The test of das2-stream A9: `v` is fill when it equals `fill`, when `fill` is not 0 and |(fill - v)/fill| < 1e-5
 * (in binary64 arithmetic), or when it is NaN.
 */
export function fillTest(fill: number): FillTest {
  const lo = Number.isNaN(fill) ? Infinity : -outermost(-fill);
  const hi = Number.isNaN(fill) ? -Infinity : outermost(fill);
  return { fill, lo, hi, isFill: (v) => (v >= lo && v <= hi) || Number.isNaN(v) };
}

/**
 * The greatest value that is fill. Rounded subtraction and division are monotone, so the values that are fill lie
 * side by side and bisection finds the last of them.
 */
function outermost(fill: number): number {
  if (fill === 0 || !Number.isFinite(fill)) return fill;
  const isFill = (v: number) => v === fill || Math.abs((fill - v) / fill) < 1e-5;
  let inside = fill;
  let outside = fill > 0 ? Math.min(2 * fill, Number.MAX_VALUE) : 0;
  if (isFill(outside)) return outside;
  for (;;) {
    const middle = inside + (outside - inside) / 2;
    if (middle === inside || middle === outside) return inside;
    if (isFill(middle)) inside = middle;
    else outside = middle;
  }
}

/**
 * The fill value of a plane: `yFill` of a `y`, `zFill` of a `z` or `yscan`, else `fill`, each looked for in the plane,
 * the packet and the stream (das2-stream A8.2), else -1e31. An `x` has none: NaN, so that only NaN is fill.
 * A property that is no number counts as absent.
 */
export function planeFill(plane: Plane, packet: PacketHeader, stream: StreamHeader): number {
  if (plane.role === "x") return Number.NaN;
  const name = plane.role === "y" ? "yFill" : "zFill";
  return (
    cascadeReal(name, plane, packet, stream) ?? cascadeReal("fill", plane, packet, stream) ?? DEFAULT_FILL
  );
}

function cascadeReal(
  name: string,
  plane: Plane,
  packet: PacketHeader,
  stream: StreamHeader,
): number | undefined {
  const text = cascade(name, plane, packet, stream.properties)?.value;
  // A Datum has units behind the number.
  return text === undefined ? undefined : realFromText(text.trim().split(/\s/, 1)[0] ?? "");
}
