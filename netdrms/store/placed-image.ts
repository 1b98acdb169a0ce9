import { DasError } from "../../errors/das-error.js";
import type { Segment } from "../series/model.js";
import type { DrmsType } from "../values/drms-type.js";
import type { ImageFacts } from "./image-facts.js";
import type { PlacedFile } from "./new-record.js";

/** BITPIX of the types that an image can have. Source: netdrms 1.7. */
const BITPIX: Readonly<Partial<Record<DrmsType | "raw", 8 | 16 | 32 | 64 | -32 | -64>>> = {
  char: 8,
  short: 16,
  int: 32,
  longlong: 64,
  float: -32,
  double: -64,
  time: -64,
};

/** FITS stores bytes without sign: what is stored is so much more than the value of type `char`. Source: netdrms 1.7, export A2. */
export const CHAR_OFFSET = 128;

/**
 * What a record keeps of an image, which must be one of its segment.
 * Errors: BAD_FITS_DATA for another BITPIX than that of the segment's type, other dimensions than the segment has for all records, and reals
 * with a scale. Source: netdrms 1.7.
 */
export function placedImage(segment: Segment, name: string, facts: ImageFacts): PlacedFile {
  const { bitpix, axes, bzero, bscale, compression } = facts;
  const wrong = (found: string, expected: string) =>
    new DasError("BAD_FITS_DATA", `segment ${segment.name}: ${found}, expected ${expected}`);
  const expected = segment.type === "raw" ? undefined : BITPIX[segment.type];
  if (bitpix !== expected)
    throw wrong(`an image of BITPIX ${bitpix}`, `${expected ?? "no image"} of type ${segment.type}`);
  const fits =
    axes.length === segment.axes.length &&
    (segment.scope === "vardim" ||
      axes.every((length, axis) => segment.axes[axis] === 0 || segment.axes[axis] === length));
  if (!fits) throw wrong(`an image of ${axes.join(" x ")}`, dimensions(segment));
  if (bitpix < 0 && (bzero !== 0 || bscale !== 1))
    throw wrong(`real values with BZERO ${bzero} and BSCALE ${bscale}`, "0 and 1");
  return {
    name,
    axes,
    compression,
    bscale,
    bzero: bitpix === 8 ? bzero + CHAR_OFFSET * bscale : bzero,
  };
}

function dimensions({ scope, axes }: Segment): string {
  if (scope === "vardim") return `${axes.length} axes`;
  return axes.map((length) => (length === 0 ? "any" : length)).join(" x ");
}
