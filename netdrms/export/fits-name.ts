import type { Keyword } from "../series/model.js";
import { readDescription } from "./keyword-description.js";
import type { KeywordMap } from "./keyword-map.js";

/** How a keyword is exported because of its name; export A3. */
export type NameTreatment = "plain" | "structural" | "commentary" | "date" | "coordinate";

/** Where names come from before the description is asked. */
export interface NamingChoice {
  readonly map?: KeywordMap;
  readonly mapClass?: KeywordMap;
}

const MAX_NAME = 8;

/** What the image's own header says, and how it is stored; a series does not say it again. */
const STRUCTURAL =
  /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|PCOUNT|GCOUNT|GROUPS|BLOCKED|BZERO|BSCALE|BLANK|END|PRIMEKEYSTRING|TFIELDS|THEAP|T(?:FORM|TYPE|UNIT|NULL|SCAL|ZERO|DISP|DIM|BCOL)\d*|CONTINUE|HIERARCH|Z(?:IMAGE|CMPTYPE|BITPIX|NAXIS\d*|TILE\d*|NAME\d*|VAL\d*|QUANTIZ|DITHER0|BLANK|SCALE|ZERO|MASKCMP|SIMPLE|TENSION|EXTEND|BLOCKED|PCOUNT|GCOUNT|HECKSUM|DATASUM))$/;
const COMMENTARY = /^(COMMENT|HISTORY)$/;
const DATE = /^(DATE|DATE__OBS|DATE-OBS)$/;
const COORDINATE = /^(CRPIX|CRVAL|CDELT|CROTA|CRDER|CSYER)\d*$/;

/** How a card of that name, DRMS or FITS, is treated. Source: export A3, table of reserved names. */
export function nameTreatment(name: string): NameTreatment {
  const upper = name.toUpperCase();
  if (STRUCTURAL.test(upper)) return "structural";
  if (COMMENTARY.test(upper)) return "commentary";
  if (DATE.test(upper)) return "date";
  return COORDINATE.test(upper) ? "coordinate" : "plain";
}

/** A keyword as it is exported: described as at the end of its links where its own series does not describe it. Source: export A3. */
export function describedKeyword(keyword: Keyword, source: Keyword): Keyword {
  return keyword.description.trim() === "" ? { ...keyword, description: source.description } : keyword;
}

/**
 * The FITS names that a keyword may get, best first, each usable and none twice. The last is the generated one; a per-segment
 * keyword loses its suffix there. Source: export A3 steps 1 to 5.
 */
export function fitsNames(keyword: Keyword, choice: NamingChoice = {}): readonly string[] {
  const wanted = [
    choice.map?.get(keyword.name),
    choice.mapClass?.get(keyword.name),
    readDescription(keyword.description).fitsName,
    keyword.name.toUpperCase(),
    generatedName(keyword.baseName),
  ];
  return [...new Set(wanted.filter((name): name is string => name !== undefined && isUsable(name)))];
}

/** At most 8 of `A-Z 0-9 - _`, as they stand: lower case is not usable. */
function isUsable(name: string): boolean {
  return name.length <= MAX_NAME && /^[A-Z0-9_-]+$/.test(name);
}

function generatedName(drmsName: string): string {
  const name = drmsName
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .toUpperCase()
    .slice(0, MAX_NAME);
  return nameTreatment(name) === "plain" ? name : `_${name}`.slice(0, MAX_NAME);
}
