import type {
  KeywordDefinition,
  LinkDefinition,
  SegmentDefinition,
  SeriesDefinition,
} from "./series-definition.js";
import { hasCompression, hasScale } from "./series-definition.js";

/** Characters to which the names of headers are filled, as other software prints them. Source: netdrms 2.11. */
const HEADER_WIDTH = 17;

/**
 * A definition as the text of a JSD file, from which `parseJsd` makes the same definition: what `show_info -j` prints, when given
 * `definitionOf` of a series. Source: netdrms 2.11.
 */
export function printJsd(definition: SeriesDefinition): string {
  const sections = [
    ["#=====General Series Information=====", ...headers(definition)],
    ["#=====Links=====", ...definition.links.map(linkLine)],
    ["#=====Keywords=====", ...definition.keywords.map(keywordLine)],
    ["#=====Segments=====", ...definition.segments.map(segmentLine)],
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function headers(definition: SeriesDefinition): string[] {
  const line = (name: string, value: string) => `${`${name}:`.padEnd(HEADER_WIDTH)}\t${value}`;
  const list = (name: string, names: readonly string[]) =>
    names.length === 0 ? [] : [line(name, names.map(field).join(", "))];
  return [
    line("Seriesname", field(definition.name)),
    line("Author", quoted(definition.author)),
    line("Owner", field(definition.owner)),
    line("Unitsize", String(definition.unitSize)),
    line("Archive", String(definition.archive)),
    line("Retention", String(definition.retentionDays)),
    line("StagingRetention", String(definition.stagingRetentionDays)),
    line("Tapegroup", String(definition.tapeGroup)),
    ...(definition.createShadow ? [line("CreateShadow", "1")] : []),
    ...list("PrimeKeys", definition.primeKeys),
    ...list("DBIndex", definition.dbIndex),
    line("Description", quoted(definition.description)),
  ];
}

function linkLine({ name, targetSeries, kind, description }: LinkDefinition): string {
  return `Link: ${[field(name), field(targetSeries), kind, quoted(description)].join(", ")}`;
}

function keywordLine(keyword: KeywordDefinition): string {
  const fields =
    keyword.link !== undefined
      ? ["link", field(keyword.link.link), field(keyword.link.target)]
      : [
          keyword.type,
          keyword.class,
          keyword.perSegment ? "segment" : "record",
          // A number that a NULL of the archive left out is missing; a string is what it says.
          keyword.defaultText === "" && keyword.type !== "string"
            ? "DRMS_MISSING_VALUE"
            : field(keyword.defaultText),
          field(keyword.format),
          field(keyword.unit),
        ];
  return `Keyword:${[field(keyword.name), ...fields, quoted(keyword.description)].join(", ")}`;
}

function segmentLine(segment: SegmentDefinition): string {
  const fields = segment.link !== undefined ? linkedFields(segment, segment.link) : ownFields(segment);
  return `Data: ${[field(segment.name), ...fields, quoted(segment.description)].join(", ")}`;
}

type LinkedSegment = Extract<SegmentDefinition, { readonly link: unknown }>;
type OwnSegment = Extract<SegmentDefinition, { readonly link?: never }>;

function linkedFields({ axes }: SegmentDefinition, { link, target }: LinkedSegment["link"]): string[] {
  return [
    "link",
    field(link),
    field(target),
    String(axes.length),
    ...axes.map((axis) => (axis === 0 ? "NA" : String(axis))),
  ];
}

function ownFields(segment: OwnSegment): string[] {
  const { scope, type, axes, unit, protocol, compression, bzero, bscale } = segment;
  const undeclared = scope === "vardim" ? "*" : protocol === "generic" ? "NA" : "0";
  return [
    scope,
    type,
    String(axes.length),
    ...axes.map((axis) => (axis === 0 ? undeclared : String(axis))),
    quoted(unit),
    protocol,
    ...(hasCompression(protocol, type) ? [quoted(compression)] : []),
    ...(hasScale(protocol, type) ? [String(bzero), String(bscale)] : []),
  ];
}

/** Bare where it can be. Source: netdrms 2.11. */
function field(text: string): string {
  return /^[^\s,"'#\\]+$/.test(text) ? text : quoted(text);
}

/** With the escapes of netdrms 1.3. */
function quoted(text: string): string {
  const escaped = text.replaceAll(/[\\"]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  return `"${escaped}"`;
}
