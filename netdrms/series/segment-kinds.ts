import type { SegmentProtocol, SegmentScope } from "./model.js";
import { threeDigits } from "./names.js";

/** All scopes. Source: netdrms 1.7. */
export const SEGMENT_SCOPES = ["constant", "variable", "vardim"] as const satisfies readonly SegmentScope[];

/** All protocols, those that nobody reads any more too. Source: netdrms 1.7. */
export const SEGMENT_PROTOCOLS = [
  "generic",
  "fits",
  "fitz",
  "tas",
  "bin",
  "bin.gz",
  "fitsdep",
  "fitzdep",
  "msi",
  "dsds",
  "local",
] as const satisfies readonly SegmentProtocol[];

/** The column that holds a segment's file name. Source: netdrms 2.4. */
export function fileColumn(segment: number): string {
  return `sg_${threeDigits(segment)}_file`;
}

/** The columns that hold the lengths of a `vardim` segment. Source: netdrms 2.4. */
export function axisColumns(segment: number, axes: number): readonly string[] {
  return Array.from({ length: axes }, (_, axis) => `sg_${threeDigits(segment)}_axis${threeDigits(axis)}`);
}
