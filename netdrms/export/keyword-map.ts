import { DasError } from "../../errors/das-error.js";

/** FITS names that a caller wants, by the DRMS name, case-sensitive. */
export type KeywordMap = ReadonlyMap<string, string>;

/** A map that was read, and what was passed over in it. */
export interface ReadKeywordMap {
  readonly map: KeywordMap;
  readonly warnings: readonly string[];
}

/** Characters of a keyword map. */
export const MAX_MAP_LENGTH = 1_000_000;

/** The map classes that have content. Source: export A3 step 2. */
const MAP_CLASSES: Readonly<Record<string, KeywordMap>> = {
  ssw: new Map([
    ["bunit_ssw", "BUNIT"],
    ["Bmajor_ssw", "BMAJ"],
    ["intKey3_ssw", "noexist"],
  ]),
  gng: new Map([
    ["longitude_pole_gng", "LONPOLE"],
    ["bunit_gng", "BUNIT"],
    ["intKey_gng", "EQUINOX"],
  ]),
  dsds: new Map(),
  local: new Map(),
};

/** The map of a class. Errors: BAD_PARAMETER for a class that is not known. Source: export A3 step 2. */
export function mapClass(name: string): KeywordMap {
  if (!Object.hasOwn(MAP_CLASSES, name))
    throw new DasError(
      "BAD_PARAMETER",
      `map class "${name.slice(0, 40)}", expected one of ${Object.keys(MAP_CLASSES).join(", ")}`,
    );
  return MAP_CLASSES[name]!;
}

/**
 * Reads a keyword map: lines `FITSNAME DRMSNAME`, separated by blanks, tabs or a comma; `#` lines and empty lines are skipped;
 * of two lines for one keyword the later counts; a line of one word is reported and skipped.
 * Errors: BAD_PARAMETER for a map of more than a megabyte. Source: export A3 step 1.
 */
export function readKeywordMap(text: string): ReadKeywordMap {
  if (text.length > MAX_MAP_LENGTH)
    throw new DasError("BAD_PARAMETER", `a keyword map of more than ${MAX_MAP_LENGTH} characters`);
  const map = new Map<string, string>();
  const warnings: string[] = [];
  for (const [n, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    const [fitsName, drmsName] = line.split(/[\s,]+/).filter((word) => word !== "");
    if (fitsName === undefined || drmsName === undefined)
      warnings.push(`keyword map, line ${n + 1}: "${line.trim().slice(0, 40)}", expected two names`);
    else map.set(drmsName, fitsName);
  }
  return { map, warnings };
}
