import { isSlotted } from "./keyword-class.js";
import { findNamed, type Keyword, type Segment, type Series } from "./model.js";
import { indexKeywordName } from "./names.js";
import {
  hasCompression,
  hasScale,
  type KeywordDefinition,
  type SegmentDefinition,
  type SeriesDefinition,
} from "./series-definition.js";

/** The definition from which a series like this can be made: without what the system adds. Source: netdrms 2.11. */
export function definitionOf(series: Series): SeriesDefinition {
  const {
    name,
    author,
    owner,
    unitSize,
    archive,
    retentionDays,
    stagingRetentionDays,
    tapeGroup,
    description,
  } = series;
  const declared = series.keywords.filter(({ implicit }) => !implicit);
  // The keywords of one master row follow each other.
  const rows = declared.filter(({ baseName }, n) => baseName !== declared[n - 1]?.baseName);
  return {
    name,
    author,
    owner,
    unitSize,
    archive,
    retentionDays,
    stagingRetentionDays,
    tapeGroup,
    description,
    createShadow: series.hasShadow,
    primeKeys: series.primeKeys.map(({ external }) => external.name),
    dbIndex: series.dbIndex.map((key) => externalName(series.keywords, key)),
    links: series.links.map((link) => ({
      name: link.name,
      targetSeries: link.targetSeries,
      kind: link.kind,
      description: link.description,
    })),
    keywords: rows.map(keywordDefinition),
    segments: series.segments.map(segmentDefinition),
  };
}

/** The slotted keyword for the name of its index, else the keyword's own spelling. Source: netdrms 1.6. */
function externalName(keywords: readonly Keyword[], key: string): string {
  const slotted = keywords.find(
    (keyword) =>
      isSlotted(keyword.class) && indexKeywordName(keyword.name).toLowerCase() === key.toLowerCase(),
  );
  return (slotted ?? findNamed(keywords, key))?.name ?? key;
}

function keywordDefinition(keyword: Keyword): KeywordDefinition {
  const { baseName: name, description, type, defaultText, format, unit } = keyword;
  if (keyword.link !== undefined) return { name, description, link: keyword.link };
  // An index keyword is implicit, so none comes here; one that is not made for a slotted keyword is a variable.
  const keywordClass = keyword.class === "index" ? "variable" : keyword.class;
  const perSegment = keyword.segment !== undefined;
  return { name, description, type, class: keywordClass, perSegment, defaultText, format, unit };
}

function segmentDefinition(segment: Segment): SegmentDefinition {
  const { name, axes, description, scope, type, unit, protocol } = segment;
  if (segment.link !== undefined) return { name, axes, description, link: segment.link };
  const scaled = hasScale(protocol, type);
  return {
    name,
    axes,
    description,
    scope,
    type,
    unit,
    protocol,
    compression: hasCompression(protocol, type) ? segment.compression : "",
    bzero: scaled ? segment.bzero : 0,
    bscale: scaled ? segment.bscale : 1,
  };
}
