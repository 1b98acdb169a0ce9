import { DRMS_TYPES, type DrmsType, drmsTypeOf } from "../values/drms-type.js";
import { scanReal } from "../values/scan-value.js";
import { wholeNumber } from "./jsd-headers.js";
import { definitionError, type JsdLine, linePlace } from "./jsd-line.js";
import { keywordClassOfWord } from "./keyword-class.js";
import { SERIES_LIMITS } from "./limits.js";
import { shown } from "./master-row.js";
import { SEGMENT_PROTOCOLS, SEGMENT_SCOPES } from "./segment-kinds.js";
import {
  type DeclaredClass,
  hasCompression,
  hasScale,
  type KeywordDefinition,
  type LinkDefinition,
  type SegmentDefinition,
} from "./series-definition.js";

const LINK_FORM = 'Link: name, series, static or dynamic, "description"';
const KEYWORD_FORM = 'Keyword: name, type, class, record or segment, default, format, unit, "description"';
const LINKED_KEYWORD_FORM = 'Keyword: name, link, linkname, targetkey, "description"';
const SEGMENT_FORM =
  'Data: name, scope, type, naxis, dims, unit, protocol[, compression][, bzero, bscale], "description"';
const LINKED_SEGMENT_FORM = 'Data: name, link, linkname, targetsegment, naxis, dims, "description"';
const CLASS_WORDS = "constant, variable, ts_eq, ts_slot, slot, enum, carr";

/** A `Link:` line. Errors: BAD_DEFINITION naming line and what was expected. Source: netdrms 2.11. */
export function readLinkLine(line: JsdLine): LinkDefinition {
  const [name, targetSeries, kind, description] = expectFields(line, line.fields, 4, LINK_FORM);
  return { name, targetSeries, kind: oneOf(line, "kind", kind, ["static", "dynamic"]), description };
}

/** A `Keyword:` line. Errors: BAD_DEFINITION naming line and what was expected. Source: netdrms 2.11. */
export function readKeywordLine(line: JsdLine): KeywordDefinition {
  if (line.fields[1]?.toLowerCase() === "link") {
    const [name, , link, target, description] = expectFields(line, line.fields, 5, LINKED_KEYWORD_FORM);
    return { name, description, link: { link, target } };
  }
  const [name, type, keywordClass, scope, defaultText, format, unit, description] = expectFields(
    line,
    line.fields,
    8,
    KEYWORD_FORM,
  );
  return {
    name,
    description,
    type: readType(line, type),
    class: readClass(line, keywordClass),
    perSegment: oneOf(line, "scope", scope, ["record", "segment"]) === "segment",
    defaultText,
    format,
    unit,
  };
}

function readType(line: JsdLine, text: string): DrmsType {
  const type = drmsTypeOf(text);
  if (type === undefined)
    throw definitionError(
      linePlace(line),
      `type ${shown(text)}, expected link or one of ${Object.keys(DRMS_TYPES).join(", ")}`,
    );
  return type;
}

function readClass(line: JsdLine, text: string): DeclaredClass {
  const keywordClass = keywordClassOfWord(text);
  if (keywordClass === undefined || keywordClass === "index")
    throw definitionError(linePlace(line), `class ${shown(text)}, expected one of ${CLASS_WORDS}`);
  return keywordClass;
}

/** A `Data:` line. Errors: BAD_DEFINITION naming line and what was expected. Source: netdrms 2.11. */
export function readSegmentLine(line: JsdLine): SegmentDefinition {
  const { fields } = line;
  if (fields[1]?.toLowerCase() === "link") return linkedSegment(line);
  const [name, scopeText, typeText, count] = expectAtLeast(line, fields, 4, SEGMENT_FORM);
  const scope = oneOf(line, "scope", scopeText, SEGMENT_SCOPES);
  const type = typeText.toLowerCase() === "raw" ? "raw" : readType(line, typeText);
  const axes = wholeNumber(count, line, 0, SERIES_LIMITS.axes);
  const [unit, protocolText] = expectAtLeast(line, fields.slice(4 + axes), 2, SEGMENT_FORM);
  const protocol = oneOf(line, "protocol", protocolText, SEGMENT_PROTOCOLS);
  const compressed = hasCompression(protocol, type);
  const scaled = hasScale(protocol, type);
  const rest = fields.slice(6 + axes);
  const left = (compressed ? 1 : 0) + (scaled ? 2 : 0) + 1;
  if (rest.length !== left)
    throw definitionError(
      linePlace(line),
      `${rest.length} fields behind the protocol, expected ${left}: ${[
        ...(compressed ? ["compression"] : []),
        ...(scaled ? ["bzero, bscale"] : []),
        "description",
      ].join(", ")}`,
    );
  const [bzero, bscale] = scaled ? rest.slice(-3, -1) : ["0", "1"];
  return {
    name,
    axes: readDimensions(line, fields.slice(4, 4 + axes), scope === "vardim" || protocol === "generic"),
    description: rest.at(-1)!,
    scope,
    type,
    unit,
    protocol,
    compression: compressed ? rest[0]! : "",
    bzero: readNumber(line, "bzero", bzero!),
    bscale: readNumber(line, "bscale", bscale!),
  };
}

function linkedSegment(line: JsdLine): SegmentDefinition {
  const [name, , link, target, count] = expectAtLeast(line, line.fields, 5, LINKED_SEGMENT_FORM);
  const axes = wholeNumber(count, line, 0, SERIES_LIMITS.axes);
  const fields = expectFields(line, line.fields, 6 + axes, LINKED_SEGMENT_FORM);
  return {
    name,
    axes: readDimensions(line, fields.slice(5, 5 + axes), true),
    description: fields.at(-1)!,
    link: { link, target },
  };
}

const MAX_DIMENSION = 2_147_483_647;

/** `*` and `NA` are 0. */
function readDimensions(line: JsdLine, fields: readonly string[], mayBeOpen: boolean): readonly number[] {
  return fields.map((text) => {
    const open = text === "*" || text.toUpperCase() === "NA";
    if (open && !mayBeOpen)
      throw definitionError(
        linePlace(line),
        `dimension ${shown(text)}, expected a whole number; only segments of scope vardim or protocol generic leave it open`,
      );
    return open ? 0 : wholeNumber(text, line, 0, MAX_DIMENSION);
  });
}

function readNumber(line: JsdLine, what: string, text: string): number {
  const found = scanReal(text);
  if (found?.length !== text.length || !Number.isFinite(found.value))
    throw definitionError(linePlace(line), `${what} ${shown(text)}, expected a number`);
  return found.value;
}

function oneOf<T extends string>(line: JsdLine, what: string, text: string, allowed: readonly T[]): T {
  const value = allowed.find((word) => word === text.toLowerCase());
  if (value === undefined)
    throw definitionError(linePlace(line), `${what} ${shown(text)}, expected one of ${allowed.join(", ")}`);
  return value;
}

/** A list that is known to have so many elements, without the doubt of an index. */
type AtLeast<N extends number, T extends string[] = []> = T["length"] extends N
  ? readonly [...T, ...string[]]
  : AtLeast<N, [...T, string]>;

function expectAtLeast<N extends number>(
  line: JsdLine,
  fields: readonly string[],
  count: N,
  form: string,
): AtLeast<N> {
  if (fields.length < count)
    throw definitionError(linePlace(line), `${line.fields.length} fields, expected ${form}`);
  return fields as AtLeast<N>; // just counted
}

function expectFields<N extends number>(
  line: JsdLine,
  fields: readonly string[],
  count: N,
  form: string,
): AtLeast<N> {
  if (fields.length > count)
    throw definitionError(linePlace(line), `${line.fields.length} fields, expected ${form}`);
  return expectAtLeast(line, fields, count, form);
}
