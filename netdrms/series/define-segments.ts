import { checkDifferent, checkInteger, checkMemberName, checkText } from "./definition-checks.js";
import { definitionError } from "./jsd-line.js";
import { SERIES_LIMITS } from "./limits.js";
import type { Keyword, Segment } from "./model.js";
import { columnName, compressionKeywordName, scaleKeywordNames } from "./names.js";
import { axisColumns, fileColumn } from "./segment-kinds.js";
import {
  FITZ_COMPRESSION,
  hasCompression,
  hasScale,
  type PlaceOf,
  type SegmentDefinition,
} from "./series-definition.js";

const INT4_MAX = 2_147_483_647;

/**
 * The segments of a series in the making; their places in the definition are their numbers.
 * Errors: BAD_DEFINITION. Source: netdrms 1.2, 1.7, 2.4.
 */
export function defineSegments(
  definitions: readonly SegmentDefinition[],
  placeOf: PlaceOf,
): readonly Segment[] {
  const placed = (name: string) => placeOf("segment", name);
  if (definitions.length > SERIES_LIMITS.segments)
    throw definitionError(
      "The definition",
      `${definitions.length} segments, expected at most ${SERIES_LIMITS.segments}`,
    );
  const segments = definitions.map((definition, number) => {
    const place = placed(definition.name);
    checkSegment(definition, place);
    return segmentOf(definition, number);
  });
  checkDifferent(
    segments.map(({ name }) => name),
    placed,
    (name) => `a second segment ${name}, expected different names`,
  );
  return segments;
}

function checkSegment(definition: SegmentDefinition, place: string): void {
  checkMemberName(place, definition.name);
  checkText(place, "description", definition.description, SERIES_LIMITS.description);
  checkInteger(place, "number of axes", definition.axes.length, 0, SERIES_LIMITS.axes);
  for (const axis of definition.axes) checkInteger(place, "dimension", axis, 0, INT4_MAX);
  if (definition.link !== undefined) {
    checkMemberName(place, definition.link.target);
    return;
  }
  checkText(place, "unit", definition.unit, SERIES_LIMITS.unit);
  checkText(place, "compression", definition.compression, SERIES_LIMITS.compression);
  const { bzero, bscale } = definition;
  if (!(Number.isFinite(bzero) && Number.isFinite(bscale) && bscale !== 0))
    throw definitionError(place, `bzero ${bzero} and bscale ${bscale}, expected numbers, bscale not 0`);
}

function segmentOf(definition: SegmentDefinition, number: number): Segment {
  const { name, axes, description } = definition;
  const place = { number, constantRecnum: 0n, fileColumn: fileColumn(number) };
  if (definition.link !== undefined)
    return {
      name,
      ...place,
      scope: "variable",
      type: "raw",
      axes,
      unit: "",
      protocol: "generic",
      description,
      link: definition.link,
      axisColumns: [],
      compression: "",
      bzero: 0,
      bscale: 1,
    };
  const { scope, type, unit, protocol, bzero, bscale } = definition;
  return {
    name,
    ...place,
    scope,
    type,
    axes,
    unit,
    protocol,
    description,
    axisColumns: scope === "vardim" ? axisColumns(number, axes.length) : [],
    compression: protocol === "fitz" && type !== "longlong" ? FITZ_COMPRESSION : definition.compression,
    bzero,
    bscale,
  };
}

/**
 * The keywords that the system makes for segments of their own, without ranks: compression string, zero and scale where a file of
 * that kind has them. Source: netdrms 1.5, 1.7, 2.4.
 */
export function segmentKeywords(segments: readonly Segment[]): readonly Omit<Keyword, "rank">[] {
  return segments.flatMap((segment) => {
    const { name, number, protocol, type, compression, bzero, bscale, link } = segment;
    if (link !== undefined) return [];
    const compressed = hasCompression(protocol, type) || (protocol === "fitz" && type !== "longlong");
    const scale = scaleKeywordNames(name);
    return [
      ...(compressed ? [implicitKeyword(compressionKeywordName(number), "string", "%s", compression)] : []),
      ...(hasScale(protocol, type)
        ? [
            implicitKeyword(scale.bzero, "double", "%g", String(bzero)),
            implicitKeyword(scale.bscale, "double", "%g", String(bscale)),
          ]
        : []),
    ];
  });
}

function implicitKeyword(
  name: string,
  type: Keyword["type"],
  format: string,
  defaultText: string,
): Omit<Keyword, "rank"> {
  return {
    name,
    baseName: name,
    type,
    class: "variable",
    defaultText,
    format,
    unit: "none",
    description: "",
    implicit: true,
    column: columnName(name),
  };
}
