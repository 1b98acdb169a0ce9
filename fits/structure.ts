import { DasError } from "../errors/das-error.js";
import { BLOCK_BYTES, type Header } from "./header.js";
import type { FitsLimits } from "./limits.js";

/** What a header-data unit holds. */
export type HduKind =
  | "image"
  | "compressed image"
  | "binary table"
  | "ascii table"
  | "random groups"
  | "other";

/** The numbers of the value of `BITPIX`: bits, negative for IEEE floating point. */
const BITPIX_VALUES = [8, 16, 32, 64, -32, -64] as const;

/** A valid value of `BITPIX`. */
export type Bitpix = (typeof BITPIX_VALUES)[number];

/** The structural keywords of a header, checked. */
export interface Structure {
  readonly kind: HduKind;
  readonly bitpix: Bitpix;
  /** NAXIS1 first, the axis that varies fastest. */
  readonly axes: readonly number[];
  readonly pcount: number;
  readonly gcount: number;
  /** Bytes of data without the padding. */
  readonly dataBytes: number;
}

/**
 * Reads the structural keywords. Errors: BAD_FITS_HEADER naming keyword and value; FITS_TOO_LARGE for more axes than allowed or
 * more bytes than any file has. Source: FITS 4.0, 4.4.1.
 */
export function readStructure(header: Header, unit: number, limits: FitsLimits): Structure {
  const bitpix = readBitpix(header, "BITPIX", unit);
  const axes = readAxes(header, "NAXIS", unit, limits);
  const primary = unit === 0;
  const groups = primary && axes.length > 0 && axes[0] === 0 && header.logical("GROUPS") === true;
  // PCOUNT and GCOUNT of a primary image mean nothing.
  const counted = !primary || groups;
  const pcount = counted ? (header.integer("PCOUNT", 0) ?? 0) : 0;
  const gcount = counted ? (header.integer("GCOUNT", 1) ?? 1) : 1;
  const values = axes.length === 0 ? 0 : product(groups ? axes.slice(1) : axes, unit);
  const dataBytes = (Math.abs(bitpix) / 8) * gcount * (pcount + values);
  if (!Number.isSafeInteger(dataBytes)) throw tooLarge(unit);
  const kind = groups ? "random groups" : kindOf(header, primary, unit);
  return { kind, bitpix, axes, pcount, gcount, dataBytes };
}

function kindOf(header: Header, primary: boolean, unit: number): HduKind {
  if (primary) return "image";
  switch (required(header.text("XTENSION"), "XTENSION", unit)) {
    case "IMAGE":
    case "IUEIMAGE":
      return "image";
    case "TABLE":
      return "ascii table";
    case "BINTABLE":
    case "A3DTABLE":
      return header.logical("ZIMAGE") === true ? "compressed image" : "binary table";
    default:
      return "other";
  }
}

/** `BITPIX` or `ZBITPIX`. */
export function readBitpix(header: Header, keyword: string, unit: number): Bitpix {
  const value = required(header.integer(keyword), keyword, unit);
  const found = BITPIX_VALUES.find((bitpix) => bitpix === value);
  if (found === undefined)
    throw new DasError(
      "BAD_FITS_HEADER",
      `${keyword} = ${value} in unit ${unit}, expected one of ${BITPIX_VALUES.join(", ")}`,
    );
  return found;
}

/** The axes of `NAXIS` or `ZNAXIS`. */
export function readAxes(header: Header, keyword: string, unit: number, limits: FitsLimits): number[] {
  const count = required(header.integer(keyword, 0), keyword, unit);
  if (count > limits.maxAxes)
    throw new DasError(
      "FITS_TOO_LARGE",
      `${keyword} = ${count} in unit ${unit}, expected at most ${limits.maxAxes}`,
    );
  return Array.from({ length: count }, (_, i) =>
    required(header.integer(`${keyword}${i + 1}`, 0), `${keyword}${i + 1}`, unit),
  );
}

/** The number of values of an array. Errors: FITS_TOO_LARGE beyond 2**53. */
export function product(axes: readonly number[], unit: number): number {
  // A later 0 makes the array empty, however large the others are.
  if (axes.includes(0)) return 0;
  let values = 1;
  for (const length of axes) {
    values *= length;
    if (!Number.isSafeInteger(values)) throw tooLarge(unit);
  }
  return values;
}

function tooLarge(unit: number): DasError {
  return new DasError("FITS_TOO_LARGE", `the axes of unit ${unit} declare more bytes than any file has`);
}

/** The value, or BAD_FITS_HEADER naming the keyword that is missing. */
export function required<T>(value: T | undefined, keyword: string, unit: number): T {
  if (value === undefined)
    throw new DasError("BAD_FITS_HEADER", `${keyword} is missing in unit ${unit}, or has no value`);
  return value;
}

/** Bytes with their padding to whole blocks. */
export function inBlocks(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}
