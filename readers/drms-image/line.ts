import { DasError } from "../../errors/das-error.js";
import type { ImageProduct } from "./image-product.js";
import type { ImageShape, Reduction } from "./reduction.js";

type Line = Extract<ImageProduct, { kind: "row" | "column" }>;

/**
 * The pixels of one row or column. Errors: BAD_FITS_DATA where the image has no such one.
 */
export function imageLine({ kind, at }: Line, [width, height]: ImageShape): Reduction {
  const lines = kind === "row" ? height : width;
  const line = at ?? Math.floor((lines + 1) / 2);
  if (line < 1 || line > lines)
    throw new DasError("BAD_FITS_DATA", `${kind} ${line} of an image of ${width} x ${height} pixels`);
  const pixels = new Float64Array(kind === "row" ? width : height);
  let filled = 0;
  return {
    region:
      kind === "row"
        ? { start: [0, line - 1], size: [width, 1] }
        : { start: [line - 1, 0], size: [1, height] },
    add(values) {
      pixels.set(values, filled);
      filled += values.length;
    },
    result: () => pixels,
  };
}
