import { DRMS_TYPES, drmsTypeOf } from "../values/drms-type.js";
import { isAtLeast, type SeriesVersion } from "./flag-word.js";
import { SERIES_LIMITS } from "./limits.js";
import { readLinkedMember } from "./linked-member.js";
import { integerField, type MasterRow, masterError, shown, textField } from "./master-row.js";
import type { MasterFields } from "./master-tables.js";
import { findNamed, type Keyword, type Segment, type SegmentProtocol } from "./model.js";
import { compressionKeywordName, isMemberName, MEMBER_NAME_SYNTAX, scaleKeywordNames } from "./names.js";
import { axisColumns, fileColumn, SEGMENT_PROTOCOLS, SEGMENT_SCOPES } from "./segment-kinds.js";

/** Numbers of the segments of master rows: what keywords need before segments can be read. Errors: ARCHIVE_FAILED. */
export function segmentNumbers(rows: readonly MasterFields[], place: string): readonly number[] {
  if (rows.length > SERIES_LIMITS.segments)
    throw masterError(place, `more than ${SERIES_LIMITS.segments} segments`);
  const numbers = rows.map((fields) =>
    integerField(segmentRow(fields, place), "segnum", 0, SERIES_LIMITS.segments - 1),
  );
  const sorted = numbers.toSorted((a, b) => a - b);
  const twice = sorted.find((number, n) => number === sorted[n + 1]);
  if (twice !== undefined) throw masterError(place, `two segments have the number ${twice}`);
  return sorted;
}

/**
 * The segments of a series by number, with compression and scale from the implicit keywords where the version keeps them there.
 * Errors: ARCHIVE_FAILED naming segment and field. Source: netdrms 1.5, 1.7, 2.10.
 */
export function readSegments(
  rows: readonly MasterFields[],
  place: string,
  version: SeriesVersion,
  keywords: readonly Keyword[],
): readonly Segment[] {
  const segments = rows
    .map((fields) => readSegment(segmentRow(fields, place), version, keywords))
    .sort((a, b) => a.number - b.number);
  const names = segments.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice !== undefined) throw masterError(place, `two segments are called ${shown(twice)}`);
  return segments;
}

function segmentRow(fields: MasterFields, place: string): MasterRow {
  return { place: `${place}, segment ${shown(fields.segmentname ?? "")}`, fields };
}

function readSegment(row: MasterRow, version: SeriesVersion, keywords: readonly Keyword[]): Segment {
  const name = textField(row, "segmentname");
  if (!isMemberName(name) || name.length > SERIES_LIMITS.memberName)
    throw masterError(
      row.place,
      `the name is none, expected ${MEMBER_NAME_SYNTAX}, at most ${SERIES_LIMITS.memberName}`,
    );
  const number = integerField(row, "segnum", 0, SERIES_LIMITS.segments - 1);
  const link = readLinkedMember(row, "targetseg");
  // What the row of a linked segment leaves out is its target's.
  const scope = oneOf(row, "scope", SEGMENT_SCOPES, link && "variable");
  const protocol: SegmentProtocol = oneOf(row, "protocol", SEGMENT_PROTOCOLS, link && "generic");
  const axes = readAxes(row);
  const scale = scaleKeywordNames(name);
  return {
    name,
    number,
    scope,
    type: readType(row, link !== undefined),
    axes,
    unit: textField(row, "unit"),
    protocol,
    description: textField(row, "description"),
    ...(link === undefined ? {} : { link }),
    constantRecnum: readRecnum(row),
    fileColumn: fileColumn(number),
    axisColumns: scope === "vardim" ? axisColumns(number, axes.length) : [],
    compression: isAtLeast(version, 2, 0) ? defaultOf(keywords, compressionKeywordName(number)) : "",
    bzero: isAtLeast(version, 2, 1) ? numberOf(keywords, scale.bzero, 0) : 0,
    bscale: isAtLeast(version, 2, 1) ? numberOf(keywords, scale.bscale, 1) : 1,
  };
}

function oneOf<T extends string>(
  row: MasterRow,
  column: string,
  allowed: readonly T[],
  otherwise: T | undefined,
): T {
  const text = textField(row, column).trim();
  const value = allowed.find((word) => word === text.toLowerCase()) ?? otherwise;
  if (value === undefined)
    throw masterError(row.place, `${column} is ${shown(text)}, expected one of ${allowed.join(", ")}`);
  return value;
}

function readType(row: MasterRow, linked: boolean): Segment["type"] {
  const text = textField(row, "type").trim();
  if (text.toLowerCase() === "raw") return "raw";
  const type = drmsTypeOf(text) ?? (linked ? "raw" : undefined);
  if (type === undefined)
    throw masterError(
      row.place,
      `type is ${shown(text)}, expected raw or one of ${Object.keys(DRMS_TYPES).join(", ")}`,
    );
  return type;
}

const MAX_AXIS = 2_147_483_647;

/** The lengths of the axes; the block sizes that follow them for `tas` are left out. Source: netdrms 2.3. */
function readAxes(row: MasterRow): readonly number[] {
  const count = integerField(row, "naxis", 0, SERIES_LIMITS.axes, 0);
  const text = textField(row, "axis");
  const lengths = text.split(",", count).map((part) => part.trim());
  return Array.from({ length: count }, (_, n) => {
    const length = lengths[n] ?? "";
    const value = /^\d{1,10}$/.test(length) ? Number(length) : Number.NaN;
    if (!(value <= MAX_AXIS))
      throw masterError(
        row.place,
        `axis is ${shown(text)}, expected ${count} numbers from 0 to ${MAX_AXIS} with commas between them`,
      );
    return value;
  });
}

/** `cseg_recnum`, exactly. */
function readRecnum(row: MasterRow): bigint {
  const text = textField(row, "cseg_recnum").trim();
  if (text === "") return 0n;
  if (!/^\d{1,19}$/.test(text))
    throw masterError(row.place, `cseg_recnum is ${shown(text)}, expected a record number`);
  return BigInt(text);
}

function defaultOf(keywords: readonly Keyword[], name: string): string {
  return findNamed(keywords, name)?.defaultText ?? "";
}

/** A default as a number; one that is missing, or no number, is `otherwise`. */
function numberOf(keywords: readonly Keyword[], name: string, otherwise: number): number {
  const text = defaultOf(keywords, name).trim();
  const value = text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : otherwise;
}
