import type { CoordDescription, PlaneDescription } from "./data-source.js";
import { splitFields } from "./fields.js";
import type { KeywordSet } from "./keyword-set.js";

const SYNTAX = "ID or ID | TITLE or ID | TITLE | UNITS, ID without blanks and /, each only once";
const RANGE_SYNTAX = "ID | MIN to MAX, ID that of a coordinate";
const SELECT_SYNTAX = "ID | TEXT, ID that of a coordinate";
/** `MIN:PARAMETER`, as das2-pyserver's prototype has it; the number of the keyword then says which coordinate. */
const ASPECT = /^(MIN|MAX|RES|INT)\s*:\s*\S/;

/**
 * What a source says of the data (`data_NN`) or of the coordinates (`coord_NN`) that it has. A wrong one is noted as a
 * problem and left out. Source: das2-server 12.3.
 */
export function readPlaneDescriptions(keywords: KeywordSet, base: "data" | "coord"): PlaneDescription[] {
  const found = new Map<string, PlaneDescription>();
  for (const { keyword, number } of keywords.numbered(base)) {
    const one = keywords.want(keyword, SYNTAX, (value) => {
      const [id = "", title = "", units = "", ...more] = splitFields(value);
      if (!isId(id) || found.has(id) || more.length > 0) return undefined;
      return { number, id, ...(title === "" ? {} : { title }), ...(units === "" ? {} : { units }) };
    });
    if (one !== undefined) found.set(one.id, one);
  }
  return [...found.values()];
}

/**
 * The coordinates with what `coordRange_NN` and `coordSelect_NN` add to them; a coordinate that is only named there has
 * neither title nor units. Source: das2-server 12.3.
 */
export function readCoordDescriptions(keywords: KeywordSet): CoordDescription[] {
  const declared = readPlaneDescriptions(keywords, "coord");
  const coords = new Map<string, CoordDescription>(declared.map((coord) => [coord.id, coord]));
  const add = (number: number, id: string, more: Partial<CoordDescription>) =>
    coords.set(id, { ...(coords.get(id) ?? { number, id }), ...more });
  const idOf = (wanted: number) => declared.find(({ number }) => number === wanted)?.id;
  for (const { keyword, number } of keywords.numbered("coordRange")) {
    const found = keywords.want(keyword, RANGE_SYNTAX, (value) => coordRange(value, idOf(number)));
    if (found !== undefined) add(number, found.id, { range: found.range });
  }
  for (const { keyword, number } of keywords.numbered("coordSelect")) {
    const found = keywords.want(keyword, SELECT_SYNTAX, (value) => coordSelect(value, idOf(number)));
    if (found !== undefined) add(number, found.id, { select: found.select });
  }
  return [...coords.values()];
}

function isId(text: string): boolean {
  return /^[^\s/]+$/.test(text);
}

/** @param own the coordinate of the same number, which a range alone is about */
function coordRange(
  text: string,
  own: string | undefined,
): { id: string; range: CoordDescription["range"] & {} } | undefined {
  const fields = splitFields(text);
  const [id = "", rangeText = ""] = fields.length === 1 ? [own, fields[0]] : fields;
  const [min = "", max = "", ...more] = rangeText.split(/\s+to\s+/i).map((part) => part.trim());
  if (!isId(id) || fields.length > 2 || min === "" || max === "" || more.length > 0) return undefined;
  return { id, range: { min, max } };
}

function coordSelect(text: string, own: string | undefined): { id: string; select: string } | undefined {
  const fields = splitFields(text);
  if (own !== undefined && fields.every((field) => ASPECT.test(field)))
    return { id: own, select: fields.join(" | ") };
  const [id = "", ...rest] = fields;
  const select = rest.join(" | ");
  return isId(id) && select !== "" ? { id, select } : undefined;
}
